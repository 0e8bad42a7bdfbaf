#!/bin/sh
# Every usual reader gets the same bytes, of a short and of a long file.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command busybox
mount_pfmfs
for file in version README info/available_events pmu_desc/model info/limits; do
    file=$MNT/$file
    "$TOOLS/attempt" read "$file" >/dev/null
    cat "$file" >expected
    lines=$(wc -l <expected)
    bytes=$(wc -c <expected)
    check() {
        cmp -s expected got || fail "$1 of $file: $(wc -c <got) bytes instead of $bytes"
    }
    busybox cat "$file" >got && check "busybox cat"
    head -c 100000000 "$file" >got && check "head -c"
    head -n 100000 "$file" >got && check "head -n"
    busybox head -n 100000 "$file" >got && check "busybox head"
    tail -n +1 "$file" >got && check "tail -n +1"
    tail -n 100000 "$file" >got && check "tail -n"
    busybox tail -n 100000 "$file" >got && check "busybox tail"
    dd if="$file" bs=7 2>/dev/null >got && check "dd bs=7"
    dd if="$file" bs=1M 2>/dev/null >got && check "dd bs=1M"
    busybox dd if="$file" bs=512 2>/dev/null >got && check "busybox dd"
    cp "$file" got && check cp
    rm -f got && busybox cp "$file" got && check "busybox cp"
    chmod u+w got
    sed p -n "$file" >got && check sed
    awk 1 "$file" >got && check awk
    grep -a '' "$file" >got && check grep
    tac "$file" | tac >got && check tac
    sort "$file" >got
    sort expected | cmp -s - got || fail "sort of $file"
    eq "wc -l of $file" "$lines" "$(wc -l "$file" | awk '{ print $1 }')"
    eq "wc -c of the open file" "$bytes" "$(wc -c <"$file")"
    while IFS= read -r line; do printf '%s\n' "$line"; done <"$file" >got && check "read of the shell"
    if command -v python3 >/dev/null; then
        python3 -c 'import sys; sys.stdout.write(open(sys.argv[1]).read())' "$file" >got && check python
        python3 -c 'import sys; sys.stdout.writelines(open(sys.argv[1], buffering=16))' "$file" >got &&
            check "python, small buffer"
    fi
done
