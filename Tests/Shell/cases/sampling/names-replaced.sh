#!/bin/sh
# A mapping is the file of its time. A program that is written over, made anew with the inode that
# is free again, or put in another's place never names the samples of the one before.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

mount_pfmfs
compiled old -Wl,--build-id=none
compiled new -DNEWER -Wl,--build-id=none
# An unchanged file is the file, with its inode alone.
cp old prog
profiler a
recorded ./prog 100
mostly hot
as_perf
# Written over, also with the old times.
sleep 0.05
cp new prog
never hot other_function third_function
mostly '[prog]'
touch -r old prog
never other_function third_function
# Removed, and made again.
cp old again
profiler b
recorded ./again 100
inode=$(stat -c %i again)
rm again
cp new again
echo "inode $inode, then $(stat -c %i again)"
never other_function third_function
# Renamed over.
cp old third
profiler d
recorded ./third 100
cp new fourth
mv fourth third
never other_function third_function
# Sampled again it is the new one, in one context with the old one's samples.
cp old both
profiler e
recorded ./both 100
until_true 5 "the first run has ended" is_unloaded "$c"
sleep 0.05
cp new both
period 0 1000000
recorded ./both 200
until_true 5 "the second run has ended" is_unloaded "$c"
at_least "percent without a name" 20 "$(share '[both]')"
at_least "percent with a name" 20 "$(share hot)"
# With a build id the build decides.
compiled old -Wl,--build-id=sha1
compiled new -DNEWER -Wl,--build-id=sha1
cp old built
profiler f
recorded ./built 100
cp old copy
mv copy built
mostly hot
cp new built
never hot other_function third_function
