/*
 * Starts echo servers and asks them:
 * echo-load CONNECTIONS WARM-UP-SECONDS SECONDS COMMAND... [-- COMMAND...]...
 *
 * A command prints its port and serves until its standard input ends. Each connection sends 64
 * bytes, waits for them, and sends again. One line is printed for a server: its CPU time for a
 * request and the latency of a request (median, 99 %, 99.9 %), all in microseconds; standard error
 * says how many requests there were in a second and how busy server and load generator were.
 *
 * Several servers are asked in turns, a quarter of a second each, so that whatever else the machine
 * does hits all of them alike; standard error then has the ratio of their CPU times to those of the
 * first one as well, the median over the turns.
 *
 * With 0 seconds each connection of the one server asks once and rests: the server gets a line on
 * its standard input before and after, answers each with the bytes of its heap that are in use, and
 * the last line printed is the difference for one connection. There are no more of them than this
 * process may have descriptors. The warm-up before that is on other connections: the stack of what
 * rests is larger where its code was not compiled.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE 64
#define BATCH 512
#define NANOS 1000000000LL
#define STEPS 64 /* of the latency's logarithm to the base of 2 */
#define STEPS_BITS 6
#define BUCKETS (64 * STEPS)
#define TURN_NANOS (NANOS / 4)
#define SETTLE_NANOS (NANOS / 20) /* of each turn, not measured */
#define WARM_UP_PARTS 3
#define WARM_UP_CONNECTIONS 64
#define SPARE_FILES 200

struct connection {
  int fd;
  int received;
  int64_t sent_at;
};

struct server {
  pid_t pid;
  FILE *output;
  int input;
  int epoll;
  struct connection *all;
  int64_t cpu, answers;  /* of all turns */
  double nanos, own_cpu; /* of all turns: wall time, and the load generator's CPU time */
  double *turns;         /* CPU time for a request, of each turn */
  uint64_t latencies[BUCKETS];
};

static const char message[MESSAGE];
static uint64_t *latencies; /* of the server that is asked */

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * NANOS + t.tv_nsec;
}

/* Steps of 1/64 of each power of two, so that no bucket is off by more than 1.6 %. */
static int bucket(int64_t nanos) {
  if (nanos < STEPS) return (int)nanos;
  int power = 63 - __builtin_clzll(nanos);
  return (power - STEPS_BITS + 1) * STEPS + (int)((nanos >> (power - STEPS_BITS)) & (STEPS - 1));
}

static double micros_of(int index) {
  if (index < STEPS) return index / 1e3;
  int power = index / STEPS + STEPS_BITS - 1;
  return (double)((uint64_t)(STEPS + index % STEPS) << (power - STEPS_BITS)) / 1e3;
}

static double quantile(double share) {
  uint64_t all = 0, seen = 0;
  for (int i = 0; i < BUCKETS; i++) all += latencies[i];
  for (int i = 0; i < BUCKETS; i++)
    if ((seen += latencies[i]) >= share * all) return micros_of(i);
  return 0;
}

/* What all threads of a process have used, to the nanosecond. */
static int64_t cpu_of(pid_t pid) {
  char path[300];
  int64_t sum = 0;
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *threads = opendir(path);
  if (!threads) fail(path);
  for (struct dirent *each; (each = readdir(threads));) {
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, each->d_name);
    FILE *file = each->d_name[0] == '.' ? NULL : fopen(path, "r");
    long long used = 0;
    if (file && fscanf(file, "%lld", &used) == 1) sum += used;
    if (file) fclose(file);
  }
  closedir(threads);
  return sum;
}

static int64_t own_cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * NANOS + t.tv_nsec;
}

static pid_t start(char **command, FILE **its_output, int *its_input) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0) fail("pipe2");
  pid_t pid = fork();
  if (pid == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execvp(command[0], command);
    fail(command[0]);
  }
  close(in[0]), close(out[1]);
  *its_output = fdopen(out[0], "r");
  *its_input = in[1];
  return pid;
}

static long long answer(FILE *from) {
  long long number;
  if (fscanf(from, "%lld", &number) != 1) {
    fprintf(stderr, "echo-load: the server did not answer with a number\n");
    exit(1);
  }
  return number;
}

static long long heap(FILE *from, int to) {
  if (write(to, "heap\n", 5) != 5) fail("write");
  return answer(from);
}

static void ask(struct connection *to) {
  to->received = 0;
  to->sent_at = now();
  if (write(to->fd, message, MESSAGE) != MESSAGE) fail("write");
}

static void connect_to(struct connection *new, int port, int epoll) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  new->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (new->fd < 0 || connect(new->fd, (struct sockaddr *)&address, sizeof address) < 0)
    fail("connect");
  setsockopt(new->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event wanted = {.events = EPOLLIN | EPOLLET, .data.ptr = new};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, new->fd, &wanted) < 0) fail("epoll_ctl");
}

/* Keeps every connection busy until the time is up; returns the number of answers. */
static int64_t load(int epoll, int64_t until) {
  int64_t answers = 0;
  char buffer[MESSAGE];
  struct epoll_event ready[BATCH];
  while (now() < until) {
    int count = epoll_wait(epoll, ready, BATCH, 100);
    for (int i = 0; i < count; i++) {
      struct connection *from = ready[i].data.ptr;
      ssize_t received = recv(from->fd, buffer, MESSAGE - from->received, MSG_DONTWAIT);
      if (received == 0 || (received < 0 && errno != EAGAIN)) fail("the server hung up");
      if (received > 0 && (from->received += received) == MESSAGE) {
        answers++;
        latencies[bucket(now() - from->sent_at)]++;
        ask(from);
      }
    }
  }
  return answers;
}

/* One question and its answer, one connection after the other. */
static void ask_all(struct connection *all, int count) {
  char buffer[MESSAGE];
  for (int i = 0; i < count; i++) {
    ask(&all[i]);
    if (recv(all[i].fd, buffer, MESSAGE, MSG_WAITALL) != MESSAGE) fail("the server hung up");
  }
}

/* Waits for the answers that are still to come: between its turns a server has nothing to do. */
static void drain(struct connection *all, int count) {
  char buffer[MESSAGE];
  for (int i = 0; i < count; i++) {
    int missing = MESSAGE - all[i].received;
    if (missing > 0 && recv(all[i].fd, buffer, missing, MSG_WAITALL) != missing)
      fail("the server hung up");
  }
}

static void turn(struct server *of, int connections, int number) {
  latencies = of->latencies;
  for (int i = 0; i < connections; i++) ask(&of->all[i]);
  int64_t settled = now() + SETTLE_NANOS;
  load(of->epoll, settled);
  if (number == 0) memset(of->latencies, 0, sizeof of->latencies);
  int64_t begin = now(), cpu = cpu_of(of->pid), own = own_cpu();
  int64_t answers = load(of->epoll, begin + TURN_NANOS);
  cpu = cpu_of(of->pid) - cpu;
  of->own_cpu += own_cpu() - own;
  of->nanos += now() - begin;
  of->cpu += cpu;
  of->answers += answers;
  of->turns[number] = (double)cpu / (answers ? answers : 1);
  drain(of->all, connections);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median_ratio(struct server *of, struct server *to, int turns) {
  double ratios[turns];
  for (int i = 0; i < turns; i++) ratios[i] = of->turns[i] / to->turns[i];
  qsort(ratios, turns, sizeof *ratios, compare);
  return ratios[turns / 2];
}

/* Connections that are closed again, and that keep the server busy meanwhile. */
static void keep_busy(struct server *of, int port, int64_t nanos) {
  struct connection some[WARM_UP_CONNECTIONS];
  latencies = of->latencies;
  for (int i = 0; i < WARM_UP_CONNECTIONS; i++) {
    connect_to(&some[i], port, of->epoll);
    ask(&some[i]);
  }
  load(of->epoll, now() + nanos);
  drain(some, WARM_UP_CONNECTIONS);
  for (int i = 0; i < WARM_UP_CONNECTIONS; i++) close(some[i].fd);
}

/* The server's heap for a connection that rests. */
static int rest(struct server *of, int port, int connections, int most, int64_t warm_up) {
  if (connections > most) {
    fprintf(stderr, "echo-load: %d connections instead of %d, for want of descriptors\n", most,
            connections);
    connections = most;
  }
  keep_busy(of, port, warm_up);
  connect_to(&of->all[0], port, of->epoll);
  ask_all(of->all, 1); /* the others have been closed by now */
  long long before = heap(of->output, of->input);
  for (int i = 1; i < connections; i++) connect_to(&of->all[i], port, of->epoll);
  ask_all(of->all, connections);
  printf("%.0f\n", (double)(heap(of->output, of->input) - before) / (connections - 1));
  close(of->input);
  waitpid(of->pid, NULL, 0);
  return 0;
}

static int raise_limit(void) { /* the servers inherit it */
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) < 0) fail("getrlimit");
  struct rlimit more = {65536, 65536}; /* beyond the hard limit only as root */
  files.rlim_cur = files.rlim_max;
  if (files.rlim_max >= 65536 || setrlimit(RLIMIT_NOFILE, &more) < 0)
    setrlimit(RLIMIT_NOFILE, &files);
  getrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_cur > 65536 ? 65536 : (int)files.rlim_cur;
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr,
            "usage: echo-load CONNECTIONS WARM-UP-SECONDS SECONDS COMMAND... [-- COMMAND...]...\n");
    return 2;
  }
  int connections = atoi(argv[1]), count = 0;
  double warm_up = atof(argv[2]) * NANOS, seconds = atof(argv[3]) * NANOS;
  int files = raise_limit(), turns = (int)(seconds / TURN_NANOS);
  if (turns < 1) turns = 1;
  struct server *servers = calloc(argc, sizeof *servers);
  for (int i = 4; i < argc; count++) {
    struct server *new = &servers[count];
    char **command = argv + i;
    while (i < argc && strcmp(argv[i], "--") != 0) i++;
    argv[i++] = NULL;
    new->pid = start(command, &new->output, &new->input);
    new->all = calloc(connections, sizeof *new->all);
    new->turns = calloc(turns, sizeof *new->turns);
    new->epoll = epoll_create1(EPOLL_CLOEXEC);
    int port = (int)answer(new->output);
    if (seconds == 0) return rest(new, port, connections, files - SPARE_FILES, (int64_t)warm_up);
    for (int j = 0; j < connections; j++) connect_to(&new->all[j], port, new->epoll);
  }

  for (int part = 0; part < WARM_UP_PARTS; part++) {
    for (int i = 0; i < count; i++) {
      latencies = servers[i].latencies;
      for (int j = 0; j < connections; j++) ask(&servers[i].all[j]);
      load(servers[i].epoll, now() + (int64_t)(warm_up / WARM_UP_PARTS));
      drain(servers[i].all, connections);
    }
  }
  for (int number = 0; number < turns; number++)
    for (int i = 0; i < count; i++) turn(&servers[i], connections, number);

  for (int i = 0; i < count; i++) {
    struct server *of = &servers[i];
    if (of->answers == 0) {
      fprintf(stderr, "echo-load: no answer came\n");
      return 1;
    }
    latencies = of->latencies;
    fprintf(stderr, "%.0f requests/s, server %.2f of a core, load generator %.2f",
            of->answers / (of->nanos / NANOS), of->cpu / of->nanos, of->own_cpu / of->nanos);
    if (count > 1) fprintf(stderr, ", CPU time x %.3f", median_ratio(of, servers, turns));
    fprintf(stderr, "\n");
    printf("%.3f %.1f %.1f %.1f\n", of->cpu / 1e3 / of->answers, quantile(0.5), quantile(0.99),
           quantile(0.999));
    fflush(stdout);
    close(of->input);
    for (int j = 0; j < connections; j++) close(of->all[j].fd);
    waitpid(of->pid, NULL, 0);
  }
  return 0;
}
