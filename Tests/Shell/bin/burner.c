/* A program that spends its time in functions that are known by name.
 *
 *     burner MS [PROGRAM ARG...]
 *
 * MS milliseconds of CPU time go to hot(), and where it was compiled with -DNEWER to two more
 * functions, which lie where hot() lay before. Then it executes the program, if there is one.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile unsigned long sum;

#ifdef NEWER
#define MORE sum += 3; sum *= 5; sum -= 77; sum ^= 1234567;
#define MUCH MORE MORE MORE MORE MORE MORE
__attribute__((noinline)) void other_function(void) { MUCH MUCH }
__attribute__((noinline)) void third_function(void) { MUCH MUCH MUCH }
#endif

__attribute__((noinline)) void hot(void)
{
    for (int i = 0; i < 100000; i++)
        sum += i * 7;
}

static long used(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(int count, char **words)
{
    long end = used() + (count > 1 ? atol(words[1]) : 200);

    do {
        hot();
#ifdef NEWER
        other_function();
        third_function();
#endif
    } while (used() < end);
    if (count > 2)
        execv(words[2], words + 2);
    return count > 2;
}
