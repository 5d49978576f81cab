"""Makes random gevent programs, runs them in gevent on virtual time, and prints programs and traces.

usage: gevent_oracle.py FIRST_SEED COUNT

A program is a line of greenlets, separated by "|", each a line of operations, separated by ";". A
trace is a line of what happened. Times are microseconds.
"""
import collections
import heapq
import random
import sys

import gevent
import gevent.event
import gevent.hub
import gevent.lock
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
        self.due = self.loop.time + max(0, round(self.after * 1e6))
        heapq.heappush(self.loop.timers, (self.due, self.loop.count, self))

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
            while self.timers and not self.timers[0][2].active:
                heapq.heappop(self.timers)
            if not self.timers:
                return
            due, _count, timer = heapq.heappop(self.timers)
            if timer.due != due:
                continue
            self.time = due
            function, args = timer.callback, timer.args
            timer.active = False
            self.call(function, args)

    def call(self, function, args):
        try:
            function(*args)
        except BaseException:
            gevent.get_hub().handle_error(None, *sys.exc_info())

    def _format(self):
        return "virtual"


OPERATIONS = (
    ["sleep"] * 3 + ["yield"] * 3 + ["set", "clear", "ewait", "ewaitt", "rset", "rget", "rgett"]
    + ["put", "get", "putt", "gett", "puttn"] + ["acq", "rel", "acqt", "tryacq"]
    + ["kill", "killn", "join", "joint", "link", "limit"]
)


def make(seed):
    choose = random.Random(seed)
    greenlets = choose.randint(2, 5)

    def operation(depth):
        name = choose.choice(OPERATIONS)
        time = choose.randint(1, 1000000)
        other = choose.randrange(greenlets)
        if name in ("sleep", "ewaitt", "rgett", "gett", "acqt"):
            return "%s %d" % (name, time)
        if name in ("kill", "killn", "join", "link"):
            return "%s %d" % (name, other)
        if name == "joint":
            return "joint %d %d" % (other, time)
        if name in ("put", "rset", "puttn"):
            return "%s %d" % (name, choose.randint(0, 9))
        if name == "putt":
            return "putt %d %d" % (choose.randint(0, 9), time)
        if name == "limit":
            if depth:
                return "yield"
            inner = [operation(1) for _ in range(choose.randint(1, 3))]
            return ";".join(["limit %d" % time] + inner + ["end"])
        return name

    return "|".join(
        ";".join(operation(0) for _ in range(choose.randint(1, 7))) for _ in range(greenlets)
    )


class World:
    def __init__(self, program):
        self.trace, self.loop = [], Loop()
        gevent.hub.set_hub(gevent.hub.Hub(loop=self.loop))
        gevent.get_hub().print_exception = lambda *_: None
        self.event = gevent.event.Event()
        self.result = gevent.event.AsyncResult()
        self.queue = gevent.queue.Queue(1)
        self.semaphore = gevent.lock.Semaphore(1)
        self.greenlets = [
            gevent.Greenlet(self.body, number, text.split(";"))
            for number, text in enumerate(program.split("|"))
        ]

    def run(self):
        for greenlet in self.greenlets:
            greenlet.start()
        done = gevent.joinall(self.greenlets, timeout=20)
        self.note("main", "joined", *[self.greenlets.index(g) for g in done])
        for number, greenlet in enumerate(self.greenlets):
            state = "killed" if isinstance(greenlet.value, GreenletExit) else greenlet.value
            failure = type(greenlet.exception).__name__ if greenlet.exception is not None else "-"
            self.note("main", number, bool(greenlet.ready()), bool(greenlet.successful()),
                      "-" if state is None else state, failure)
        return " ".join(self.trace)

    def note(self, *what):
        self.trace.append("@%d:%s" % (self.loop.time, ",".join(
            str(w).lower() if isinstance(w, bool) else str(w) for w in what)))

    def body(self, me, operations):
        try:
            at = 0
            while at < len(operations):
                at = self.step(me, operations, at)
            return "end"
        except GreenletExit:
            self.note(me, "exit")
            raise
        except Timeout:
            self.note(me, "over")
            raise

    def step(self, me, operations, at):
        name, *numbers = operations[at].split()
        if name == "limit":
            end = operations.index("end", at)
            limit = Timeout(int(numbers[0]) / 1e6)
            try:
                with limit:
                    inner = at + 1
                    while inner < end:
                        inner = self.step(me, operations, inner)
                self.note(me, at, "inside")
            except Timeout as over:
                if over is not limit:
                    raise
                self.note(me, at, "limit")
            return end + 1
        self.note(me, at, name, self.do(me, name, [int(n) for n in numbers]))
        return at + 1

    def do(self, me, name, n):
        seconds = n[-1] / 1e6 if n else 0
        if name == "sleep":
            return gevent.sleep(seconds) or "-"
        if name == "yield":
            return gevent.sleep(0) or "-"
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
        if name == "rgett":
            try:
                return self.result.get(timeout=seconds)
            except Timeout as over:
                if over.seconds != seconds:
                    raise
                return "late"
        if name == "put":
            return self.queue.put(n[0]) or "-"
        if name == "puttn":
            try:
                return self.queue.put(n[0], False) or "true"
            except gevent.queue.Full:
                return "false"
        if name == "putt":
            try:
                return self.queue.put(n[0], timeout=seconds) or "-"
            except gevent.queue.Full:
                return "full"
        if name == "get":
            return self.queue.get()
        if name == "gett":
            try:
                return self.queue.get(timeout=seconds)
            except gevent.queue.Empty:
                return "empty"
        if name == "acq":
            return self.semaphore.acquire()
        if name == "acqt":
            return self.semaphore.acquire(timeout=seconds)
        if name == "tryacq":
            return self.semaphore.acquire(False)
        if name == "rel":
            return self.semaphore.release()
        other = self.greenlets[n[0]]
        if name == "kill":
            return other.kill() or "-"
        if name == "killn":
            return other.kill(block=False) or "-"
        if name == "link":
            return other.link(lambda g: self.note("link", me, n[0])) or "-"
        if other is gevent.getcurrent():
            return "self"
        if name == "join":
            return other.join() or "-"
        other.join(seconds)
        return bool(other.ready())


def main(first, count):
    for seed in range(first, first + count):
        program = make(seed)
        world = World(program)
        print("%d %s" % (seed, program))
        print(world.run())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
