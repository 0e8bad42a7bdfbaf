# Words for cases about names in profiles; sourced behind common.sh.
# shellcheck shell=sh disable=SC2154 # `c` is set by the word `context`

# compiled NAME [GCC ARGUMENT...]: bin/burner.c under a name.
compiled() {
    name=$1
    shift
    gcc -O1 -fno-omit-frame-pointer -o "$name" "$ROOT/Tests/Shell/bin/burner.c" "$@" 2>gcc.log ||
        fail "gcc: $(head -n 1 gcc.log)"
}

# profiler NAME [EVENT [FORMAT...]]: a context that samples every millisecond, children included.
profiler() {
    sampled=${2:-cpu-clock:u}
    context "$1" "$sampled"
    put "$c/ctx_flags" inherit
    period 0 1000000
    [ $# -lt 2 ] || shift
    shift
    put "$c/smpl_fmt" "${*:-default buf_size=512K}"
}

# recorded COMMAND...: samples a command from its exec to its end.
recorded() {
    (echo self >"$c/load_context" && echo exec >"$c/start" && exec "$@") || fail "$1: status $?"
}

# share NAME: percent of the samples whose innermost function is NAME.
share() {
    awk -v wanted="$1" '{
        count = $NF; sub(/ [0-9]+$/, ""); n = split($0, frames, ";")
        all += count; if (frames[n] == wanted) hits += count
    } END { printf "%d\n", all ? 100 * hits / all : 0 }' "$c/smpl/folded"
}

# leaves: innermost functions and how many samples each has, most of them first.
leaves() {
    awk '{
        count = $NF; sub(/ [0-9]+$/, ""); n = split($0, frames, ";"); sum[frames[n]] += count
    } END { for (name in sum) print sum[name], name }' "$c/smpl/folded" | sort -rn
}

# mostly NAME: nearly all samples are in NAME.
mostly() {
    at_least "percent in $1 (of $(leaves | head -n 4 | xargs))" 80 "$(share "$1")"
}

# never NAME...: no sample is in any of them.
never() {
    for name in "$@"; do eq "percent in $name" 0 "$(share "$name")"; done
}

# as_perf: every function that folded names is one that perf names in the same samples.
as_perf() {
    need_command perf
    perf script -i "$c/smpl/perf.data" --no-demangle -F ip,sym 2>perf.log |
        sed 's/^ *[0-9a-f]* //' | tr ';' ':' | sort -u >names.perf
    [ -s names.perf ] || fail "perf script: $(head -n 1 perf.log)"
    leaves | sed 's/^[0-9]* //' | grep -v '^\[' | sort -u >names.ours
    more=$(comm -23 names.ours names.perf | head -n 5 | xargs)
    eq "names that perf does not have" '' "$more"
}
