/* A wall clock that jumps, for one process (LD_PRELOAD) and no other.
 *
 * The file named by LAB_CLOCK holds 8 bytes: by how many seconds this process's clock differs from the machine's. Whoever writes
 * them sets the clock, at once. Monotonic clocks go on as they do when a machine's clock is set.
 *
 * A wait for a moment of the wall clock looks at the clock again and again, so that it ends early when the clock is set forward, and
 * late when it is set back, as a wait in the kernel does. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static const int64_t STEP_NS = 20 * 1000 * 1000;
static const int64_t SECOND_NS = 1000 * 1000 * 1000;
static const volatile int64_t *offset_seconds;

__attribute__((constructor)) static void find_clock(void) {
    const char *file = getenv("LAB_CLOCK");
    int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *offset_seconds, PROT_READ, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        abort();
    offset_seconds = page;
    close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    long failed = syscall(SYS_clock_gettime, clock, now);
    /* Other libraries' constructors may come first. */
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && offset_seconds)
        now->tv_sec += *offset_seconds;
    return (int)failed;
}

int timespec_get(struct timespec *now, int base) {
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now)
        *now = exact.tv_sec;
    return exact.tv_sec;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict end) {
    for (;;) {
        struct timespec now, step;
        clock_gettime(CLOCK_REALTIME, &now);
        int64_t left = (int64_t)(end->tv_sec - now.tv_sec) * SECOND_NS + (end->tv_nsec - now.tv_nsec);
        if (left <= 0)
            return ETIMEDOUT;
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &step);
        step.tv_nsec += left < STEP_NS ? left : STEP_NS;
        if (step.tv_nsec >= SECOND_NS) {
            step.tv_sec++;
            step.tv_nsec -= SECOND_NS;
        }
        int ended = pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &step);
        if (ended != ETIMEDOUT)
            return ended;
    }
}

/* C11's form of the same. In glibc its types are those of POSIX threads. */
int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict end) {
    switch (pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, end)) {
    case 0:
        return thrd_success;
    case ETIMEDOUT:
        return thrd_timedout;
    default:
        return thrd_error;
    }
}
