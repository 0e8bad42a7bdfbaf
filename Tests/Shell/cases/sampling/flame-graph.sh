#!/bin/sh
# pfflame draws folded stacks and what perf script prints; names cannot break out of the picture.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

# shellcheck disable=SC2086 # words
pfflame() {
    $CASE_SHELL "$ROOT/scripts/pfflame" "$@"
}
cat >folded <<'END'
prog;main;inner 30
prog;main 10
prog;main;<script>&"x" 60
END
pfflame -t 'a < b' folded >graph.svg || fail "pfflame: $?"
like "the picture" '<svg *</svg>' "$(cat graph.svg)"
eq "boxes" 5 "$(grep -c '<title>' graph.svg)"
like "shares" '*main: 100 samples, 100.00 %*inner: 30 samples, 30.00 %*' "$(sort -r graph.svg)"
like "names" '*&lt;script&gt;&amp;&quot;x&quot;: 60 samples*' "$(cat graph.svg)"
like "the headline" '*>a &lt; b</text>*' "$(cat graph.svg)"
# Three samples of perf script: with call chains, without, and one of unknown code.
cat >script <<'END'
my prog 24347 [001]   908.079932:    1000000 task-clock:
	            1163 inner+0x1a (/tmp/w)
	            11cb main+0x3c (/tmp/w)

my prog 24347/24348 [001]   908.079933:    1000000 task-clock:             1163 inner+0x1a (/tmp/w)
my prog 24347 [000]   908.079934:    1000000 task-clock:
	    7f1122334455 [unknown] (/usr/lib/libfoo.so.1)
	ffffffff81b6ab30 operator() (int) ([kernel.kallsyms])

END
pfflame <script >graph.svg || fail "pfflame: $?"
for box in 'all: 3 ' 'my prog: 3 ' 'main: 1 ' 'inner: 1 ' '[[]libfoo.so.1[]]: 1 ' 'operator() (int): 1 '; do
    like "boxes of perf script" "*<title>${box}samples*" "$(cat graph.svg)"
done
# Names hold anything; a thread may have no name and no number any more.
cat >script <<'END'
:-1    -1 [001]   908.079932:    1000000 task-clock:
	            1163 inner+0x1a (/tmp/w (deleted))
	            11cb ma (in)+0x3c (/tmp/w (1)/x[2])
	            11cc operator() (int) ([kernel.kallsyms])

                 24347 [001]   908.079933:    1000000 task-clock:
	            1163 [unknown] (/tmp/w (1)/x[2] (deleted))
	            1164 [unknown] (//anon)
	            1165 inner+0x22 (/tmp/w (deleted))

END
pfflame <script >graph.svg || fail "pfflame: $?"
for box in 'all: 2 ' ':-1: 1 ' '[[]no name[]]: 1 ' 'ma (in): 1 ' 'operator() (int): 1 ' '[[]x[[]2[]][]]: 1 ' \
    '[[]anon[]]: 1 '; do
    like "boxes of odd names" "*<title>${box}samples*" "$(cat graph.svg)"
done
eq "boxes" 9 "$(grep -c '<title>' graph.svg)"
# Events are not added up: one is drawn, and that is said.
cat >script <<'END'
prog 1 [000] 1.2:    1000000 task-clock:u:  1163 inner+0x1a (/tmp/w)
prog 1 [000] 1.3:          1 sched:sched_switch: prev_comm=prog prev_pid=1
	            11cb schedule+0x3c ([kernel.kallsyms])

prog 1 [000] 1.4:    1000000 task-clock:u:  1163 inner+0x1a (/tmp/w)
END
pfflame <script >graph.svg 2>err || fail "pfflame: $?"
like "the first event" '*all: 2 samples*' "$(cat graph.svg)"
like "what is said" '*task-clock:u (2 samples), sched:sched_switch (1 samples)*' "$(cat err)"
pfflame -e sched:sched_switch <script >graph.svg 2>err || fail "pfflame -e: $?"
like "another event" '*schedule: 1 samples*all: 1 samples*' "$(tac graph.svg)"
pfflame -e none <script >graph.svg 2>err && fail "a picture of an event that is not there"
like "an event that is not there" '*none is none*no stacks*' "$(cat err)"
# Bytes that XML does not have become U+FFFD, and what is UTF-8 stays.
mark=$(printf '\357\277\275')
while read -r bytes expected; do
    printf 'prog;%b 5\n' "$bytes" | pfflame -t "$(printf %b "$bytes")" >graph.svg 2>err || fail "$bytes: $?"
    grep -qF "<title>$(printf %b "$expected"): 5 samples" graph.svg || fail "$bytes: $(cat graph.svg)"
    eq "marks of $bytes" "$(printf %b "$expected" | grep -oF "$mark" | wc -l)" \
        "$(grep -F '<title>' graph.svg | sed 's|</title>.*||' | grep -oF "$mark" | wc -l)"
    [ -z "$(LC_ALL=C tr -d '\012\040-\176\200-\377' <graph.svg)" ] || fail "control characters of $bytes"
done <<'END'
a\0001b a\0357\0277\0275b
\0033[31mred \0357\0277\0275[31mred
a\0177b a\0357\0277\0275b
a\0351b a\0357\0277\0275b
a\0303\0251b a\0303\0251b
a\0360\0237\0230\0200b a\0360\0237\0230\0200b
a\0300\0200b a\0357\0277\0275\0357\0277\0275b
a\0355\0240\0200b a\0357\0277\0275\0357\0277\0275\0357\0277\0275b
a\0357\0277\0277b a\0357\0277\0275\0357\0277\0275\0357\0277\0275b
END
printf 'prog;a\000b 5\n' | pfflame >graph.svg || fail "a zero byte: $?"
grep -qF "<title>a${mark}b: 5 samples" graph.svg || fail "a zero byte: $(cat graph.svg)"
printf 'prog;a 3000000000\r\n' | pfflame >graph.svg || fail "a large count: $?"
like "a large count" '*a: 3000000000 samples*' "$(cat graph.svg)"
eq "without standard output" 1 "$(pfflame script 2>/dev/null >&-; echo $?)"
pfflame </dev/null >graph.svg 2>err && fail "a picture of nothing"
like "nothing" '*no stacks*' "$(cat err)"
pfflame -x 2>err && fail "an unknown option"
like "an unknown option" '*-x*' "$(cat err)"
