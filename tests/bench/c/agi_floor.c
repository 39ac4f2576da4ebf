/* The floor: one thread, epoll, the raw exchange of a FastAGI call and nothing else. agi_floor PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

struct peer {
    int fd, step;
    size_t size;
    char text[4096];
};

static const char *command[] = {"ANSWER\n", "STREAM FILE \"welcome\" \"\"\n", "SET VARIABLE \"X\" \"1\"\n", "HANGUP\n"};
enum { COMMANDS = 4 };

static void hang_up(struct peer *p) {
    close(p->fd);
    free(p);
}

static void readable(struct peer *p) {
    ssize_t got = read(p->fd, p->text + p->size, sizeof p->text - p->size);
    if (got <= 0) {
        hang_up(p);
        return;
    }
    p->size += (size_t)got;
    if (!memmem(p->text, p->size, p->step ? "\n" : "\n\n", p->step ? 1 : 2)) return;
    p->size = 0;
    if (p->step == COMMANDS) {
        hang_up(p);
        return;
    }
    const char *line = command[p->step++];
    if (write(p->fd, line, strlen(line)) < 0) perror("write");
}

int main(int argc, char **argv) {
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 4573)};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(listener, (void *)&here, sizeof here) || listen(listener, 4096)) {
        perror("listen");
        return 1;
    }
    struct epoll_event event = {.events = EPOLLIN}, ready[512];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poll, ready, 512, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.ptr) {
                readable(ready[i].data.ptr);
                continue;
            }
            for (int fd; (fd = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0;) {
                struct peer *p = malloc(sizeof *p);
                p->fd = fd;
                p->step = 0;
                p->size = 0;
                event = (struct epoll_event){.events = EPOLLIN, .data.ptr = p};
                epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
            }
        }
    }
}
