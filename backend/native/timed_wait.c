/* Waits of the Kafka client that do not depend on the wall clock.
 *
 * librdkafka waits for "so long" as "until the wall clock shows" (tinycthread_extra.c; confluentinc/librdkafka issue 2145). When the
 * clock is set back by an hour, its threads, which look after connections, timers and their own end, sleep for an hour longer: the
 * pipeline neither reconnects nor stops. This function takes the place of glibc's, which is the one that librdkafka calls, and waits
 * by the clock that nobody sets. Only a change between librdkafka's look at the wall clock and ours, microseconds later, would count. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <threads.h>
#include <time.h>

static const int64_t SECOND_NS = 1000 * 1000 * 1000;

int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict end) {
    struct timespec wall, until;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t left = (int64_t)(end->tv_sec - wall.tv_sec) * SECOND_NS + (end->tv_nsec - wall.tv_nsec);
    int64_t ns = until.tv_nsec + (left > 0 ? left : 0);
    until.tv_sec += ns / SECOND_NS;
    until.tv_nsec = ns % SECOND_NS;
    /* glibc's own implementation makes the same casts. */
    switch (pthread_cond_clockwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, CLOCK_MONOTONIC, &until)) {
    case 0:
        return thrd_success;
    case ETIMEDOUT:
        return thrd_timedout;
    default:
        return thrd_error;
    }
}
