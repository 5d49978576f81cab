/*
 * Starts an echo server and asks it: echo-load CONNECTIONS WARM-UP-SECONDS SECONDS COMMAND...
 *
 * The command prints its port and serves until its standard input ends. Each connection sends 64
 * bytes, waits for them, and sends again. The last line printed has the server's CPU time for a
 * request and the latency of a request (median, 99 %, 99.9 %), all in microseconds; standard error
 * says how many requests there were in a second and how busy server and load generator were.
 *
 * With 0 seconds each connection asks once and rests: the server gets a line on its standard input
 * before and after, answers each with the bytes of its heap that are in use, and the last line
 * printed is the difference for one connection.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
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

struct connection {
  int fd;
  int received;
  int64_t sent_at;
};

static const char message[MESSAGE];
static uint64_t latencies[BUCKETS];

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
  if (pipe(in) < 0 || pipe(out) < 0) fail("pipe");
  pid_t pid = fork();
  if (pid == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    close(in[0]), close(in[1]), close(out[0]), close(out[1]);
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
  new->fd = socket(AF_INET, SOCK_STREAM, 0);
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

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: echo-load CONNECTIONS WARM-UP-SECONDS SECONDS COMMAND...\n");
    return 2;
  }
  int connections = atoi(argv[1]), its_input;
  double warm_up = atof(argv[2]) * NANOS, seconds = atof(argv[3]) * NANOS;
  FILE *its_output;
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) { /* the server inherits it */
    struct rlimit more = {65536, 65536}; /* beyond the hard limit only as root */
    files.rlim_cur = files.rlim_max;
    if (files.rlim_max >= 65536 || setrlimit(RLIMIT_NOFILE, &more) < 0)
      setrlimit(RLIMIT_NOFILE, &files);
  }
  pid_t server = start(argv + 4, &its_output, &its_input);
  int port = (int)answer(its_output);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct connection *all = calloc(connections, sizeof *all);
  if (seconds == 0) {
    connect_to(&all[0], port, epoll);
    ask_all(all, 1); /* loads the classes */
    long long before = heap(its_output, its_input);
    for (int i = 1; i < connections; i++) connect_to(&all[i], port, epoll);
    ask_all(all, connections);
    printf("%.0f\n", (double)(heap(its_output, its_input) - before) / (connections - 1));
    close(its_input);
    waitpid(server, NULL, 0);
    return 0;
  }
  for (int i = 0; i < connections; i++) connect_to(&all[i], port, epoll);
  for (int i = 0; i < connections; i++) ask(&all[i]);

  load(epoll, now() + (int64_t)warm_up);
  memset(latencies, 0, sizeof latencies);
  int64_t begin = now(), cpu = cpu_of(server), own = own_cpu();
  int64_t answers = load(epoll, begin + (int64_t)seconds);
  double took = (double)(now() - begin);
  cpu = cpu_of(server) - cpu;
  own = own_cpu() - own;
  close(its_input);
  for (int i = 0; i < connections; i++) close(all[i].fd);
  waitpid(server, NULL, 0);
  if (answers == 0) {
    fprintf(stderr, "echo-load: no answer came\n");
    return 1;
  }
  fprintf(stderr, "%.0f requests/s, server %.2f of a core, load generator %.2f\n",
          answers / (took / NANOS), cpu / took, own / took);
  printf("%.3f %.1f %.1f %.1f\n", cpu / 1e3 / answers, quantile(0.5), quantile(0.99),
         quantile(0.999));
  return 0;
}
