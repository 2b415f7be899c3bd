// Fewer arenas for glibc's allocator. By default each thread gets one of its own, up to eight a core, and what one has freed no other uses: with
// 100,000 tables a quarter of the memory lay idle. One more than cores keeps threads apart as well (docs/BENCHMARKS.md has both figures).
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 8 };

__attribute__((constructor)) static void few_arenas(void) {
    // Who sets it knows better.
    if (getenv("MALLOC_ARENA_MAX") || getenv("GLIBC_TUNABLES")) {
        return;
    }
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    mallopt(M_ARENA_MAX, cores >= 1 && cores < MOST ? (int)cores + 1 : MOST);
}
