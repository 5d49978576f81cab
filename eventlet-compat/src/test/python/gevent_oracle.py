"""Runs random programs under gevent, in virtual time, and prints a trace for each.

Reads programs from standard input, one a line: bodies separated by '|', their operations by ';',
the words of an operation by ','. Each body is a greenlet that main starts and joins. Times are
microseconds.
"""
import collections
import heapq
import os
import sys

import gevent
import gevent.event
import gevent.hub
import gevent.lock
import gevent.pool
import gevent.queue
from gevent import GreenletExit, Timeout


class Callback:
    def __init__(self, function, args):
        self.callback, self.args = function, args

    def stop(self):
        self.callback = self.args = None

    close = stop

    @property
    def pending(self):
        return self.callback is not None

    def __bool__(self):
        return self.args is not None


class Timer:
    def __init__(self, loop, after):
        self.loop, self.after, self.callback, self.args, self.active = loop, after, None, None, False
        self.pending = False

    def start(self, callback, *args, **_):
        self.callback, self.args, self.active = callback, args, True
        self.loop.count += 1
        self.count = self.loop.count
        due = self.loop.time + max(0, round(self.after * 1e6))
        heapq.heappush(self.loop.timers, (due, self.count, self))

    def stop(self):
        self.callback = self.args = None
        self.active = False

    def close(self):
        self.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Loop:
    """gevent's loop, as far as these programs use it, on virtual time."""

    default = True

    def __init__(self):
        self.callbacks, self.timers, self.time, self.count = collections.deque(), [], 0, 0
        self.error_handler = None

    def run_callback(self, function, *args):
        callback = Callback(function, args)
        self.callbacks.append(callback)
        return callback

    run_callback_threadsafe = run_callback

    def timer(self, after, repeat=0.0, ref=True, priority=None):
        return Timer(self, after)

    def update_now(self):
        pass

    update = update_now

    def now(self):
        return self.time / 1e6

    def run(self, *_, **__):
        while True:
            while self.callbacks:
                callback = self.callbacks.popleft()
                function, args = callback.callback, callback.args
                callback.callback = None
                if function is not None:
                    self.call(function, args)
                callback.args = None
            while self.timers and not self.is_set(*self.timers[0]):
                heapq.heappop(self.timers)
            if not self.timers:
                return
            self.time = self.timers[0][0]
            due = []  # those of one time are all due before what they call is
            while self.timers and self.timers[0][0] == self.time:
                due.append(heapq.heappop(self.timers))
            for each in due:
                if self.is_set(*each):
                    timer = each[2]
                    timer.active = False
                    self.call(timer.callback, timer.args)

    def is_set(self, due, count, timer):
        return timer.active and timer.count == count

    def call(self, function, args):
        try:
            function(*args)
        except BaseException:
            gevent.get_hub().handle_error(None, *sys.exc_info())

    def _format(self):
        return "virtual"


class Ordered(dict):
    """A set that keeps its order: those of a pool have none."""

    def add(self, x):
        self[x] = True

    def discard(self, x):
        self.pop(x, None)


class Failure(Exception):
    pass


def slept(micros):
    gevent.sleep((micros + 1) / 1e6)
    return micros


class World:
    def __init__(self, program):
        self.trace, self.loop = [], Loop()
        gevent.hub.set_hub(gevent.hub.Hub(loop=self.loop))
        gevent.get_hub().print_exception = lambda *_: None
        self.event = gevent.event.Event()
        self.result = gevent.event.AsyncResult()
        self.queue = gevent.queue.Queue(1)
        self.semaphore = gevent.lock.Semaphore(1)
        self.pool = gevent.pool.Pool(2)
        self.pool.greenlets = Ordered()
        self.bodies = [
            [op.split(",") for op in body.split(";") if op] for body in program.split("|")
        ]
        self.greenlets = []

    def run(self):
        for body in range(len(self.bodies)):
            self.make(body)
        first = list(self.greenlets)
        for greenlet in first:
            greenlet.start()
        done = gevent.joinall(first, timeout=20)
        self.note("main", "joined", *[self.greenlets.index(g) for g in done])
        for number, greenlet in enumerate(self.greenlets):
            state = greenlet.value
            failure = type(greenlet.exception).__name__ if greenlet.exception is not None else "-"
            self.note("main", number, bool(greenlet.ready()), bool(greenlet.successful()),
                      "-" if state is None else state, failure)
        return " ".join(self.trace)

    def make(self, body):
        number = len(self.greenlets)
        self.greenlets.append(gevent.Greenlet(self.body, number, self.bodies[body]))
        return self.greenlets[number]

    def note(self, *what):
        self.trace.append("@%d:%s" % (self.loop.time, ",".join(self.text(w) for w in what)))

    def text(self, what):
        if isinstance(what, GreenletExit):
            return "killed"
        if isinstance(what, list):
            return "[%s]" % ", ".join(self.text(w) for w in what)
        return str(what).lower() if isinstance(what, bool) else str(what)

    def body(self, me, ops):
        try:
            self.ops(me, ops)
            return "end"
        except GreenletExit:
            self.note(me, "exit")
            raise
        except Timeout:
            self.note(me, "over")
            raise

    def ops(self, me, ops):
        i = 0
        while i < len(ops):
            name, numbers = ops[i][0], [int(n) for n in ops[i][1:]]
            if name == "timeout":
                self.within(me, Timeout((numbers[0] + 1) / 1e6), ops[i + 1 : i + 1 + numbers[1]])
                i += numbers[1]
            else:
                self.note(me, name + "=" + self.text(self.call(me, name, numbers)))
            i += 1

    def within(self, me, limit, ops):
        try:
            with limit:
                self.ops(me, ops)
            self.note(me, "timeout=done")
        except Timeout as over:
            if over is not limit:
                raise
            self.note(me, "timeout=over")

    def call(self, me, name, n):
        seconds = (n[-1] + 1) / 1e6 if n else 0
        if name == "sleep":
            return gevent.sleep(seconds) or "-"
        if name == "yield":
            return gevent.sleep(0) or "-"
        if name == "fail":
            raise Failure()
        if name in ("spawn", "later"):
            made = self.make(n[0])
            if name == "spawn":
                made.start()
            else:
                made.start_later(seconds)
            return self.greenlets.index(made)
        if name in ("set", "clear", "ewait", "ewaitt", "rset", "rget", "rgett"):
            return self.to_events(name, n, seconds)
        if name in ("put", "puttn", "putt", "get", "gett"):
            return self.to_queue(name, n, seconds)
        if name == "acq":
            return self.semaphore.acquire()
        if name == "acqt":
            return self.semaphore.acquire(timeout=seconds)
        if name == "tryacq":
            return self.semaphore.acquire(False)
        if name == "rel":
            return self.semaphore.release()
        if name in ("kill", "killn", "link", "join", "joint", "gget", "ggett"):
            return self.to_greenlet(me, name, self.greenlets[n[0] % len(self.greenlets)], seconds)
        return self.to_pool(name, n, seconds)

    def to_events(self, name, n, seconds):
        if name == "set":
            return self.event.set() or "-"
        if name == "clear":
            return self.event.clear() or "-"
        if name == "ewait":
            return self.event.wait()
        if name == "ewaitt":
            return self.event.wait(seconds)
        if name == "rset":
            return self.result.set(n[0]) or "-"
        if name == "rget":
            return self.result.get()
        try:
            return self.result.get(timeout=seconds)
        except Timeout as over:
            return self.late(over, seconds)

    def late(self, over, seconds):
        if over.seconds != seconds:
            raise over
        return "late"

    def to_queue(self, name, n, seconds):
        try:
            if name == "put":
                return self.queue.put(n[0]) or "-"
            if name == "putt":
                return self.queue.put(n[0], timeout=seconds) or "-"
            if name == "get":
                return self.queue.get()
            if name == "gett":
                return self.queue.get(timeout=seconds)
            self.queue.put(n[0], False)
            return True
        except gevent.queue.Full:
            return False if name == "puttn" else "full"
        except gevent.queue.Empty:
            return "empty"

    def to_greenlet(self, me, name, other, seconds):
        number = self.greenlets.index(other)
        if me == number and not name.startswith("k") and name != "link":
            return "self"
        if name == "kill":
            return other.kill() or "-"
        if name == "killn":
            return other.kill(block=False) or "-"
        if name == "link":
            return other.link(lambda g: self.note("link", me, number)) or "-"
        if name == "join":
            return other.join() or "-"
        if name == "joint":
            other.join(seconds)
            return bool(other.ready())
        try:
            return other.get() if name == "gget" else other.get(timeout=seconds)
        except Failure:
            return "failed"
        except Timeout as over:
            return self.late(over, seconds)

    def to_pool(self, name, n, seconds):
        if name in ("pool", "poolt", "poolnow"):
            return self.spawn_in_pool(name, n[0], seconds)
        if name == "pjoin":
            return self.pool.join()
        if name == "pjoint":
            return self.pool.join(seconds)
        if name == "pkill":
            return self.pool.kill() or "-"
        if name == "pkilln":
            return self.pool.kill(block=False) or "-"
        if name == "pavail":
            return self.pool.wait_available(seconds)
        if name == "pcounts":
            return "%d/%d" % (len(self.pool), self.pool.free_count())
        if name == "papply":
            return self.pool.apply(slept, n)
        if name == "pmap":
            return self.pool.map(slept, n)
        return list(self.pool.imap_unordered(slept, n))

    def spawn_in_pool(self, name, body, seconds):
        if name == "pool" and gevent.getcurrent() in self.pool:
            return "member"  # it may wait for itself, for ever
        made = self.make(body)
        try:
            if name == "pool":
                self.pool.start(made)
            elif name == "poolt":
                self.pool.start(made, timeout=seconds)
            else:
                self.pool.start(made, blocking=False)
            return self.greenlets.index(made)
        except gevent.pool.PoolFull:
            return "full"


def run(text, write):
    with os.fdopen(write, "w") as out:
        out.write(World(text).run())


if __name__ == "__main__":
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()  # what a program leaves suspended ends with its process
        if child == 0:
            os.close(read)
            run(line.strip(), write)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as result:
            print(result.read())
        os.waitpid(child, 0)
