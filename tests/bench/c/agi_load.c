/* Plays Asterisk's side of FastAGI calls: agi_load PORT OPEN CALLS SCRIPT [barrier]
 *
 * SCRIPT: a file; its first part, up to a blank line, is the preamble; then lines of PREFIX<TAB>REPLY, the
 * first prefix that a command begins with decides. OPEN calls are open at once, CALLS in all. With
 * "barrier", the answer to the first command of each call is held back until all OPEN calls are there, and
 * "barrier" is printed and a line awaited on stdin before it is given.
 * Prints one JSON object: calls, failed, commands, seconds, and latencies in milliseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { RULES = 32, LINE = 4096 };

struct call {
    int fd, writing, commands, held, failed;
    double begun;
    size_t size;
    char text[LINE];
};

static struct { char *prefix, *reply; } rule[RULES];
static int rules, poll_fd, open_calls, held_calls, barrier;
static long wanted, begun, ended, failed, commands, measured;
static char *preamble;
static size_t preamble_size;
static double *latency;
static struct sockaddr_in server;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void watch(struct call *c, int operation, unsigned events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(poll_fd, operation, c->fd, &event)) {
        perror("epoll_ctl");
        exit(2);
    }
}

static void begin(struct call *c) {
    int one = 1;
    *c = (struct call){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .writing = 1, .begun = now()};
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (c->fd < 0 || (connect(c->fd, (void *)&server, sizeof server) && errno != EINPROGRESS)) {
        perror("connect");
        exit(2);
    }
    begun++;
    open_calls++;
    watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void end(struct call *c) {
    if (c->failed || c->commands == 0) failed++;
    else latency[measured++] = now() - c->begun;
    commands += c->commands;
    close(c->fd);
    ended++;
    open_calls--;
    if (begun < wanted) begin(c);
    else c->fd = -1;
}

static void say(struct call *c, const char *reply) {
    char line[LINE];
    int size = snprintf(line, sizeof line, "%s\n", reply);
    if (write(c->fd, line, (size_t)size) != size) c->failed = 1;
}

static const char *answer(const char *line) {
    for (int i = 0; i < rules; i++)
        if (!strncmp(line, rule[i].prefix, strlen(rule[i].prefix))) return rule[i].reply;
    return NULL;
}

static void heard(struct call *c, const char *line) {
    const char *reply = answer(line);
    if (!reply) {
        fprintf(stderr, "no reply to: %s\n", line);
        c->failed = 1;
        reply = "510 Invalid or unknown command";
    }
    c->commands++;
    if (barrier && c->commands == 1) {
        c->held = 1;
        held_calls++;
        return;
    }
    say(c, reply);
}

static void readable(struct call *c) {
    ssize_t got = read(c->fd, c->text + c->size, LINE - 1 - c->size);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        if (got < 0) c->failed = 1;
        end(c);
        return;
    }
    c->size += (size_t)got;
    char *from = c->text, *to;
    while ((to = memchr(from, '\n', c->size - (size_t)(from - c->text)))) {
        *to = 0;
        heard(c, from);
        from = to + 1;
    }
    c->size -= (size_t)(from - c->text);
    memmove(c->text, from, c->size);
}

static void read_script(const char *path) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    int in_rules = 0;
    if (!file) {
        perror(path);
        exit(2);
    }
    FILE *out = open_memstream(&preamble, &preamble_size);
    while (getline(&line, &room, file) > 0) {
        if (!in_rules) {
            fputs(line, out);
            in_rules = line[0] == '\n';
            continue;
        }
        line[strcspn(line, "\n")] = 0;
        char *tab = strchr(line, '\t');
        if (!tab || rules == RULES) continue;
        *tab = 0;
        rule[rules].prefix = strdup(line);
        rule[rules++].reply = strdup(tab + 1);
    }
    fclose(out);
    fclose(file);
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double at(double share) { return measured ? latency[(long)(share * (double)(measured - 1) + 0.5)] : 0; }

static void release(struct call *pool, int count) {
    char line[16];
    puts("barrier");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) exit(2);
    barrier = 0;
    double from = now(); /* how late a call is counts from here: the wait before was ours */
    for (int i = 0; i < count; i++) {
        pool[i].begun = from;
        say(&pool[i], "200 result=0");
    }
}

int main(int argc, char **argv) {
    if (argc < 5) {
        fputs("agi_load PORT OPEN CALLS SCRIPT [barrier]\n", stderr);
        return 2;
    }
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int count = atoi(argv[2]);
    wanted = atol(argv[3]);
    read_script(argv[4]);
    barrier = argc > 5;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    struct call *pool = calloc((size_t)count, sizeof *pool);
    latency = calloc((size_t)wanted, sizeof *latency);
    poll_fd = epoll_create1(0);
    double from = now(), heard_last = from;
    for (int i = 0; i < count && begun < wanted; i++) begin(&pool[i]);
    struct epoll_event ready[512];
    while (open_calls) {
        int some = epoll_wait(poll_fd, ready, 512, 1000);
        if (some) heard_last = now();
        if (now() - heard_last > 20000) { /* whoever is open now was forgotten */
            failed += open_calls;
            break;
        }
        for (int i = 0; i < some; i++) {
            struct call *c = ready[i].data.ptr;
            if (c->writing && ready[i].events & EPOLLOUT) {
                if (write(c->fd, preamble, preamble_size) != (ssize_t)preamble_size) c->failed = 1;
                c->writing = 0;
                watch(c, EPOLL_CTL_MOD, EPOLLIN);
            } else if (ready[i].events & (EPOLLERR | EPOLLHUP) && c->writing) {
                c->failed = 1;
                end(c);
                continue;
            }
            if (ready[i].events & (EPOLLIN | EPOLLHUP)) readable(c);
        }
        if (barrier && held_calls == count) release(pool, count);
    }
    qsort(latency, (size_t)measured, sizeof *latency, rising);
    printf("{\"calls\": %ld, \"failed\": %ld, \"commands\": %ld, \"seconds\": %.4f, \"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f}\n",
           measured, failed, commands, (now() - from) / 1e3, at(.5), at(.99), at(1));
    return failed ? 1 : 0;
}
