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
my prog 24347 [000]   908.079934:         10 page-faults:
	    7f1122334455 [unknown] (/usr/lib/libfoo.so.1)
	ffffffff81b6ab30 operator() (int) ([kernel.kallsyms])

END
pfflame <script >graph.svg || fail "pfflame: $?"
for box in 'all: 3 ' 'my prog: 3 ' 'main: 1 ' 'inner: 1 ' '[[]libfoo.so.1[]]: 1 ' 'operator() (int): 1 '; do
    like "boxes of perf script" "*<title>${box}samples*" "$(cat graph.svg)"
done
pfflame </dev/null >graph.svg 2>err && fail "a picture of nothing"
like "nothing" '*no stacks*' "$(cat err)"
pfflame -x 2>err && fail "an unknown option"
like "an unknown option" '*-x*' "$(cat err)"
