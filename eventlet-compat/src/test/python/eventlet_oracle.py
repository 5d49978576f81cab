"""Runs random programs under eventlet, in virtual time, and prints a trace for each.

Reads programs from standard input, one a line: bodies separated by '|', their operations by ';',
the words of an operation by ','. Body 0 is the main green thread's.
"""

import heapq
import os
import sys
import warnings

warnings.simplefilter("ignore")

import eventlet
import greenlet
from eventlet import event, greenpool, hubs, queue, semaphore
from eventlet.hubs import hub as base


class Fifo(dict):
    """A set that gives the oldest first: eventlet's sets give any."""

    def add(self, x):
        self[x] = True

    def discard(self, x):
        self.pop_key(x)

    remove = discard

    def pop_key(self, x):
        if x in self:
            del self[x]

    def pop(self):
        first = next(iter(self))
        del self[first]
        return first


make_event = event.Event.__init__


def make_fair_event(self):
    make_event(self)
    self._waiters = Fifo()


event.Event.__init__ = make_fair_event  # also of what a green thread's end is told by


class Deadlock(BaseException):
    pass


class VirtualHub(base.BaseHub):
    """Its clock jumps to the next timer; it ticks, so that equal times keep their order."""

    def __init__(self):
        self.millis = 0
        self.ticks = 0
        super().__init__(clock=self.tick)
        self.main = None

    def tick(self):
        self.ticks += 1
        return self.millis / 1000.0 + self.ticks * 1e-9

    def sleep_until(self):
        while self.timers and self.timers[0][1].called:  # cancelled: no time to jump to
            heapq.heappop(self.timers)
        return super().sleep_until()

    def wait(self, seconds=None):
        until = self.sleep_until()
        if until is None:
            eventlet.kill(self.main, Deadlock())
        elif seconds and seconds > 0:
            self.millis = round(until * 1000)


class Run:
    def __init__(self, text):
        self.bodies = [
            [op.split(",") for op in body.split(";") if op] for body in text.split("|")
        ]
        self.trace = []
        self.over = False
        self.handles = []
        self.events = [event.Event() for _ in range(2)]
        self.queues = [queue.Queue(), queue.Queue(1), queue.LightQueue(0)]
        for q in self.queues:
            q.getters = Fifo()
            q.putters = Fifo()
        self.semaphores = [semaphore.Semaphore(1), semaphore.Semaphore(0)]
        self.pool = greenpool.GreenPool(2)

    def note(self, who, what):
        if not self.over:
            self.trace.append("%s:%s@%d" % (who, what, self.hub.millis))

    def main(self):
        self.hub = hubs.get_hub()
        self.hub.main = greenlet.getcurrent()
        try:
            self.body("m", 0, False)
            eventlet.sleep(1)
            self.note("m", "end")
        except Deadlock:
            self.trace.append("m:deadlock")  # when depends on timers that do nothing any more
        self.over = True
        return " ".join(self.trace)

    def thread(self, number, body, worker):
        who = str(number)
        self.note(who, "start")
        try:
            self.body(who, body, worker)
        finally:
            self.note(who, "end")
        return number

    def body(self, who, body, worker):
        self.ops(who, self.bodies[body], worker)

    def ops(self, who, ops, worker):
        i = 0
        while i < len(ops):
            op = ops[i]
            if op[0] == "timeout":
                inner = ops[i + 1 : i + 1 + int(op[2])]
                i += int(op[2])
                done = False
                with eventlet.Timeout(int(op[1]) / 1000.0, False):
                    self.ops(who, inner, worker)
                    done = True
                self.note(who, "timeout=%s" % ("done" if done else "over"))
            else:
                self.one(who, op, worker)
            i += 1

    def one(self, who, op, worker):
        try:
            result = self.call(who, op, worker)
        except (Deadlock, eventlet.Timeout, greenlet.GreenletExit) as e:
            if isinstance(e, greenlet.GreenletExit) and op[0] == "wait":
                self.note(who, "wait=killed")
                return
            if isinstance(e, greenlet.GreenletExit):
                self.note(who, op[0] + "=killed")
            raise
        except queue.Empty:
            result = "Empty"
        except queue.Full:
            result = "Full"
        except AssertionError:
            result = "refused"
        except ValueError:
            result = "refused"
        except ZeroDivisionError:
            result = "failed"
        if result is not None:
            self.note(who, "%s=%s" % (op[0], result))
        if op[0] == "fail":
            raise ZeroDivisionError()

    def call(self, who, op, worker):
        name = op[0]
        n = int(op[1]) if len(op) > 1 else 0
        m = int(op[2]) if len(op) > 2 else 0
        if name in ("spawn", "after", "pool"):
            number = len(self.handles)
            if name == "pool" and worker:
                return None
            self.handles.append(None)
            args = (self.thread, number, n, name == "pool")
            if name == "spawn":
                self.handles[number] = eventlet.spawn(*args)
            elif name == "after":
                self.handles[number] = eventlet.spawn_after(m / 1000.0, *args)
            else:
                self.handles[number] = self.pool.spawn(*args)
            return number
        if name in ("wait", "kill", "cancel", "link"):
            if not self.handles:
                return None
            number = n % len(self.handles)
            handle = self.handles[number]
            if handle is None or str(number) == who:
                return None
            if name == "wait":
                return handle.wait()
            if name == "kill":
                handle.kill()
                return "%d" % number
            if name == "cancel":
                handle.cancel()
                return "%d" % number
            handle.link(lambda gt: self.note(who, "linked %d" % number))
            return None
        if name == "sleep":
            eventlet.sleep(n / 1000.0)
            return ""
        if name == "send":
            self.events[n].send(m)
            return "sent"
        if name == "await":
            return self.events[n].wait()
        if name == "awaitfor":
            return self.events[n].wait(m / 1000.0)
        if name == "put":
            self.queues[n].put(m)
            return "put"
        if name == "putfor":
            self.queues[n].put(7, timeout=m / 1000.0)
            return "put"
        if name == "putnow":
            if n == 2:
                return None
            self.queues[n].put(m, block=False)
            return "put"
        if name == "get":
            return self.queues[n].get()
        if name == "getfor":
            return self.queues[n].get(timeout=m / 1000.0)
        if name == "getnow":
            if n == 2:
                return None
            return self.queues[n].get(block=False)
        if name == "done":
            self.queues[0].task_done()
            return "done"
        if name == "join":
            self.queues[0].join()
            return "joined"
        if name == "acquire":
            return self.semaphores[n].acquire()
        if name == "acquirefor":
            return self.semaphores[n].acquire(timeout=m / 1000.0)
        if name == "try":
            return self.semaphores[n].acquire(blocking=False)
        if name == "release":
            self.semaphores[n].release()
            return self.semaphores[n].balance
        if name == "waitall":
            if worker:
                return None
            self.pool.waitall()
            return self.pool.free()
        if name == "counts":
            return "%d/%d/%d" % (self.pool.running(), self.pool.free(), self.pool.waiting())
        return None


def run(text, write):
    hubs.use_hub(VirtualHub)
    hubs.get_hub().debug_exceptions = False
    with os.fdopen(write, "w") as out:
        out.write(Run(text).main())


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
