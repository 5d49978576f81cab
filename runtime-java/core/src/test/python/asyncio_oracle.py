#!/usr/bin/python3
"""Runs the programs of AsyncioProgramsTest with CPython's asyncio: one a line in, its trace a line out.

A program is bodies separated by '|', operations separated by blanks, 'word:argument' or, with a block,
'word:argument[ ... ]'; ProgramRun.java is the other interpreter. Time is virtual, one unit a micro-second there.

A trace that begins with 'skip' says which known difference the program has met; it is not compared.
"""
import asyncio
import collections
import selectors
import sys

AFTERWARDS = 1_000_000_000
SWEEPS = 100
NEW = sys.version_info >= (3, 13)


class Planned(Exception):
    pass


# ---- virtual time ----------------------------------------------------------------------------

class NoIo(selectors.BaseSelector):
    """Instead of waiting for I/O, lets the time pass."""

    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError('nothing can wake this loop')
        if timeout > 0:
            times = sorted(h._when for h in self.loop._scheduled if not h._cancelled)
            if len(times) > 1 and times[0] == times[1]:
                self.loop.skip = 'equal deadlines: their order is left open'
            self.loop.now = times[0]
        return []

    def register(self, fileobj, events, data=None):
        raise NotImplementedError

    def unregister(self, fileobj):
        raise NotImplementedError

    def get_map(self):
        return {}


class Loop(asyncio.base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.skip = None
        self._selector = NoIo(self)
        self._clock_resolution = 0.5
        self.set_exception_handler(lambda loop, context: None)
        if not NEW:
            self.set_task_factory(lambda loop, coro, **kw: Task(coro, loop=loop, **kw))

    def time(self):
        return self.now

    def _process_events(self, events):
        pass


# ---- what 3.13 does, on older versions ---------------------------------------------------------

class Task(asyncio.tasks._PyTask):
    def uncancel(self):
        left = super().uncancel()
        if left == 0:
            self._must_cancel = False
        return left


class OrderedSet(collections.OrderedDict):
    """Children are cancelled in the order in which they were made, not in that of their hashes."""

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


class TaskGroup(asyncio.TaskGroup):
    def __init__(self):
        super().__init__()
        self._tasks = OrderedSet()

    def create_task(self, coro, **kw):
        if not NEW and self._aborting:
            coro.close()
            raise RuntimeError('is shutting down')
        return super().create_task(coro, **kw)

    async def __aenter__(self):
        self._requests = asyncio.current_task().cancelling()
        return await super().__aenter__()

    async def __aexit__(self, et, exc, tb):
        try:
            return await (super().__aexit__(et, exc, tb) if NEW else self._exit(exc))
        except BaseExceptionGroup:
            if self._requests > 0:
                self._loop.skip = 'a request from before the group is armed again'
            raise

    async def _exit(self, exc):
        self._exiting = True
        cancel = exc if isinstance(exc, asyncio.CancelledError) else None
        if exc is not None and not self._aborting:
            self._abort()
        while self._tasks:
            self._on_completed_fut = self._loop.create_future()
            try:
                await self._on_completed_fut
            except asyncio.CancelledError as again:
                if not self._aborting:
                    cancel = again
                    self._abort()
        if self._parent_cancel_requested and self._parent_task.uncancel() == 0:
            cancel = None
        if cancel is not None and not self._errors:
            raise cancel
        if exc is not None and not isinstance(exc, asyncio.CancelledError):
            self._errors.append(exc)
        if self._errors:
            if self._parent_task.cancelling():
                self._parent_task.uncancel()
                self._parent_task.cancel()
            raise BaseExceptionGroup('unhandled', self._errors) from None


class OldTimeout:
    def __init__(self, delay):
        self._delay, self._expired, self._state, self._handle = delay, False, 'new', None

    def reschedule(self, when):
        if self._state != 'entered':
            raise RuntimeError(self._state)
        loop = asyncio.get_running_loop()
        if self._handle:
            self._handle.cancel()
        if when <= loop.time():
            self._handle = loop.call_soon(self._fire)
        else:
            self._handle = loop.call_at(when, self._fire)

    def expired(self):
        return self._expired

    def _fire(self):
        self._expired, self._state = True, 'expiring'
        self._task.cancel()

    async def __aenter__(self):
        self._task = asyncio.current_task()
        self._requests = self._task.cancelling()
        self._state = 'entered'
        self.reschedule(asyncio.get_running_loop().time() + self._delay)
        return self

    async def __aexit__(self, et, exc, tb):
        self._handle.cancel()
        self._state = 'exited'
        if self._expired and self._task.uncancel() <= self._requests:
            if isinstance(exc, asyncio.CancelledError):
                raise TimeoutError from exc


def timeout(delay):
    return asyncio.timeout(delay) if NEW else OldTimeout(delay)


async def wait_for(future, delay):
    if NEW:
        return await asyncio.wait_for(future, delay)
    if delay <= 0:
        if not future.done():
            await asyncio.tasks._cancel_and_wait(future, loop=asyncio.get_running_loop())
        try:
            return future.result()
        except asyncio.CancelledError as cancelled:
            raise TimeoutError from cancelled
    async with timeout(delay):
        return await future


# ---- deliberate differences ---------------------------------------------------------------------

class Lock(asyncio.Lock):
    """A cancelled waiter leaves at once: a release wakes the first who still waits."""

    def _wake_up_first(self):
        for waiter in self._waiters or ():
            if not waiter.done():
                waiter.set_result(True)
                return
            if not waiter.cancelled():
                return


class Semaphore(asyncio.Semaphore):
    """Here who was woken has his permit, and no longer stands before those who take another one."""

    async def acquire(self):
        if self._value > 0 and any(not w.cancelled() for w in self._waiters or ()):
            asyncio.get_running_loop().skip = 'a free permit is wanted while somebody was woken'
        return await super().acquire()


class Condition(asyncio.Condition):
    """Here a waiter that was cancelled before it was notified wakes nobody else up."""

    def __init__(self):
        super().__init__(Lock())

    async def wait(self):
        try:
            return await super().wait()
        except asyncio.CancelledError:
            if self._waiters:
                asyncio.get_running_loop().skip = 'a spurious wake-up'
            raise


class Queue(asyncio.Queue):
    """Here an item, or room, is handed over; asyncio lets others come first until the woken one runs."""

    woken = 0

    def _wakeup_next(self, waiters):
        if any(not w.done() for w in waiters):
            self.woken += 1
        super()._wakeup_next(waiters)

    def _window(self, what):
        if self.woken > 0:
            asyncio.get_running_loop().skip = what + ' while somebody was woken'

    async def get(self):
        self._window('get')
        if not self.empty():
            return self.get_nowait()
        try:
            item = await super().get()
        except asyncio.CancelledError:
            self._window('a cancel')
            raise
        self.woken -= 1
        return item

    async def put(self, item):
        if self.maxsize:
            self._window('put')
        if not self.full():
            return self.put_nowait(item)
        try:
            await super().put(item)
        except asyncio.CancelledError:
            self._window('a cancel')
            raise
        self.woken -= 1

    def task_done(self):
        if self.maxsize:
            self._window('task_done')
        super().task_done()

    async def join(self):
        if self.maxsize:
            self._window('join')
        await super().join()

    def tryput(self, item):
        if self.maxsize:
            self._window('put')
        try:
            self.put_nowait(item)
            return True
        except asyncio.QueueFull:
            return False

    def tryget(self):
        self._window('get')
        try:
            return self.get_nowait()
        except asyncio.QueueEmpty:
            return 'empty'


class LifoQueue(Queue, asyncio.LifoQueue):
    pass


class Barrier(asyncio.Barrier):
    """Here who is cancelled, or told of a reset, is out at once; asyncio counts him until he runs."""

    def __init__(self, parties):
        super().__init__(parties)
        self.inside = set()

    async def wait(self):
        task = asyncio.current_task()
        if self._state is asyncio.locks._BarrierState.RESETTING:
            asyncio.get_running_loop().skip = 'a barrier is entered while it is reset'
        self.inside.add(task)
        try:
            return await super().wait()
        except asyncio.CancelledError:
            if len(self.inside) > 1:
                asyncio.get_running_loop().skip = 'a spurious wake-up in a barrier'
            raise
        finally:
            self.inside.discard(task)

    async def reset(self):
        if self._state is asyncio.locks._BarrierState.DRAINING:
            asyncio.get_running_loop().skip = 'a barrier is reset while it drains'
        await super().reset()

    async def _block(self):
        await super()._block()
        others = self.inside - {asyncio.current_task()}
        if any(t._must_cancel or t._fut_waiter and t._fut_waiter.cancelled() for t in others):
            asyncio.get_running_loop().skip = 'a barrier is entered while somebody is cancelled there'


# ---- the interpreter -----------------------------------------------------------------------------

class Op:
    def __init__(self, token):
        self.is_block = token.endswith('[')
        parts = token.rstrip('[').split(':')
        self.word, self.args, self.block = parts[0], parts[1:], []
        self.size = 1


def parse(tokens):
    ops = []
    while tokens:
        token = tokens.pop(0)
        if token == ']':
            break
        op = Op(token)
        if op.is_block:
            op.block = parse(tokens)
            op.size += sum(inner.size for inner in op.block)
        ops.append(op)
    return ops


def show(value):
    if value is None:
        return 'ok'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return '[' + ','.join(show(v) for v in value) + ']'
    if isinstance(value, BaseException):
        return '!' + describe(value)
    return str(value)


def describe(error):
    if isinstance(error, asyncio.CancelledError):
        return 'cancel'
    if isinstance(error, TimeoutError):
        return 'timeout'
    if isinstance(error, Planned):
        return 'error#' + error.args[0]
    if isinstance(error, BaseExceptionGroup):
        return 'group(' + ','.join(describe(e) for e in error.exceptions) + ')'
    if isinstance(error, asyncio.BrokenBarrierError):
        return 'broken'
    if isinstance(error, (RuntimeError, ValueError, asyncio.InvalidStateError)):
        return 'state'
    return repr(error)


class Actor:
    def __init__(self, number, groups):
        self.number, self.groups, self.scopes, self.conditions = number, list(groups), [], []


class Run:
    def __init__(self, loop, text):
        self.loop, self.trace, self.time = loop, [], 0.0
        self.bodies = [parse(body.split()) for body in text.split('|')]
        self.started, self.tasks = set(), {}
        self.locks = [Lock(), Lock()]
        self.semaphores = [Semaphore(1), Semaphore(2)]
        self.conditions = [Condition(), Condition()]
        self.events = [asyncio.Event(), asyncio.Event()]
        self.queues = [Queue(1), Queue(), LifoQueue(2)]
        self.barriers = [Barrier(2), Barrier(3)]
        self.futures = [loop.create_future() for _ in range(3)]

    async def main(self):
        self.spawn(Actor(-1, []), 0, None)
        await asyncio.sleep(AFTERWARDS)
        rounds = 0
        while any(not t.done() for t in self.tasks.values()):
            if rounds == SWEEPS:
                self.loop.skip = 'does not end'
                break
            rounds += 1
            for task in list(self.tasks.values()):
                task.cancel('sweep')
            await asyncio.sleep(AFTERWARDS)
        for number, task in self.tasks.items():
            self.note('t%d%s:%d' % (number, self.outcome(task), task.cancelling()))
        for number, future in enumerate(self.futures):
            self.note('f%d%s' % (number, self.outcome(future)))
        self.note('q' + ','.join(str(q.qsize()) for q in self.queues))

    def note(self, what):
        if self.loop.time() != self.time:
            self.time = self.loop.time()
            self.trace.append('@%d' % self.time)
        self.trace.append(what)

    def outcome(self, future):
        if not future.done():
            return '?'
        if future.cancelled():
            return '!cancel'
        if future.exception() is not None:
            return '!' + describe(future.exception())
        return '=' + future.result()

    def spawn(self, by, number, group):
        if number >= len(self.bodies) or number in self.started:
            return 'no'
        coro = self.body(Actor(number, by.groups))
        self.started.add(number)
        try:
            self.tasks[number] = group.create_task(coro) if group else self.loop.create_task(coro)
        except RuntimeError:
            self.started.remove(number)
            raise

    async def body(self, actor):
        self.note('%d(' % actor.number)
        await self.execute(actor, self.bodies[actor.number], 0)
        return '%d.' % actor.number

    async def execute(self, actor, ops, number):
        for op in ops:
            await self.perform(actor, op, number)
            number += op.size

    async def perform(self, actor, op, number):
        tag = '%d.%d' % (actor.number, number)
        try:
            if op.is_block:
                result = await getattr(self, 'do_' + op.word)(actor, op, number + 1)
            else:
                result = await self.simple(actor, op, tag)
            self.note(tag + '=' + show(result))
        except GeneratorExit:
            raise
        except BaseException as error:
            self.note(tag + '!' + describe(error))
            raise

    # blocks

    async def do_lock(self, actor, op, first):
        async with self.locks[int(op.args[0])]:
            await self.execute(actor, op.block, first)

    async def do_sem(self, actor, op, first):
        async with self.semaphores[int(op.args[0])]:
            await self.execute(actor, op.block, first)

    async def do_cond(self, actor, op, first):
        async with self.conditions[int(op.args[0])]:
            actor.conditions.append(op.args[0])
            try:
                await self.execute(actor, op.block, first)
            finally:
                actor.conditions.pop()

    async def do_timeout(self, actor, op, first):
        task, scope = asyncio.current_task(), timeout(int(op.args[0]))
        pending = task._must_cancel
        try:
            async with scope:
                actor.scopes.append(scope)
                try:
                    await self.execute(actor, op.block, first)
                finally:
                    actor.scopes.pop()
            return 'late' if scope.expired() else None
        finally:
            self.check_pending(task, pending, scope.expired())

    async def limited(self, future, limit):
        task = asyncio.current_task()
        pending = task._must_cancel
        try:
            return await wait_for(future, limit)
        except TimeoutError:
            self.check_pending(task, pending, True)
            raise

    def check_pending(self, task, pending, fired):
        """Here a scope's cancel ends with it, and one from before stays one; asyncio counts them only."""
        if fired and (pending or task._must_cancel):
            self.loop.skip = 'a scope and somebody else have cancelled, and one of both was not seen'

    async def do_group(self, actor, op, first):
        task, group = asyncio.current_task(), TaskGroup()
        pending = task._must_cancel
        try:
            async with group:
                actor.groups.append(group)
                try:
                    await self.execute(actor, op.block, first)
                finally:
                    actor.groups.pop()
        finally:
            self.check_pending(task, pending, pending and group._parent_cancel_requested)

    async def do_try(self, actor, op, first):
        try:
            await self.execute(actor, op.block, first)
        except Exception:
            return 'caught'

    async def do_catch(self, actor, op, first):
        try:
            await self.execute(actor, op.block, first)
        except (Exception, asyncio.CancelledError):
            return 'caught'

    # operations

    async def simple(self, actor, op, tag):
        word, args = op.word, op.args
        if word == 'yield':
            return await asyncio.sleep(0)
        if word == 'sleep':
            return await asyncio.sleep(int(args[0]))
        if word == 'raise':
            raise Planned(tag)
        if word == 'bail':
            raise asyncio.CancelledError(tag)
        if word == 'uncancel':
            return asyncio.current_task().uncancel()
        if word == 'move':
            if not actor.scopes:
                return 'no'
            return actor.scopes[-1].reschedule(self.loop.time() + int(args[0]))
        if word == 'spawn':
            return self.spawn(actor, int(args[0]), None)
        if word == 'child':
            return self.spawn(actor, int(args[0]), actor.groups[-1]) if actor.groups else 'no'
        if word in ('gather', 'settle', 'any', 'all', 'first'):
            return await self.many(word, args)
        if word in ('cancel', 'join', 'joinfor', 'shield'):
            task = self.tasks.get(int(args[0]))
            if task is None:
                return 'no'
            if word == 'cancel':
                return task.cancel(tag)
            if word == 'join':
                return await task
            if word == 'joinfor':
                return await self.limited(task, int(args[1]))
            return await asyncio.shield(task)
        index = int(args[0])
        if word in ('await', 'awaitfor', 'guard', 'complete', 'fail', 'drop'):
            future = self.futures[index]
            if word == 'await':
                return await future
            if word == 'awaitfor':
                return await self.limited(future, int(args[1]))
            if word == 'guard':
                return await asyncio.shield(future)
            if word == 'complete':
                return future.set_result(tag)
            if word == 'fail':
                return future.set_exception(Planned(tag))
            return future.cancel(tag)
        if word in ('put', 'get', 'tryput', 'tryget', 'done', 'drain'):
            queue = self.queues[index]
            if word == 'put':
                return await queue.put(tag)
            if word == 'get':
                return await queue.get()
            if word == 'tryput':
                return queue.tryput(tag)
            if word == 'tryget':
                return queue.tryget()
            if word == 'done':
                return queue.task_done()
            return await queue.join()
        if word in ('wait', 'notify'):
            if args[0] not in actor.conditions:
                return 'no'
            if word == 'notify':
                return self.conditions[index].notify(int(args[1]))
            await self.conditions[index].wait()
            return None
        if word == 'event':
            await self.events[index].wait()
            return None
        if word == 'set':
            return self.events[index].set()
        if word == 'clear':
            return self.events[index].clear()
        if word == 'barrier':
            return await self.barriers[index].wait()
        if word == 'reset':
            return await self.barriers[index].reset()
        if word == 'abort':
            return await self.barriers[index].abort()
        raise NotImplementedError(word)

    async def many(self, word, args):
        waits = word in ('any', 'all', 'first')
        found = {}
        for name in args[1:] if waits else args:
            number = int(name[1:])
            future = self.tasks.get(number) if name[0] == 't' else self.futures[number]
            if future is not None:
                found[name] = future
        if not waits:
            if not NEW and any(f.done() for f in found.values()):
                self.loop.skip = 'gather of something done'
            return await asyncio.gather(*found.values(), return_exceptions=word == 'settle')
        if not found:
            return 'no'
        mode = {'any': asyncio.FIRST_COMPLETED, 'all': asyncio.ALL_COMPLETED,
                'first': asyncio.FIRST_EXCEPTION}[word]
        limit = None if args[0] == '-' else int(args[0])
        done, _ = await asyncio.wait(found.values(), timeout=limit, return_when=mode)
        return '{' + ','.join(name for name, future in found.items() if future in done) + '}'


def trace(text):
    loop = Loop()
    asyncio.set_event_loop(loop)
    try:
        run = Run(loop, text)
        loop.run_until_complete(run.main())
        return 'skip ' + loop.skip if loop.skip else ' '.join(run.trace)
    finally:
        for task in asyncio.all_tasks(loop):
            task._log_destroy_pending = False
        loop.close()


for line in sys.stdin:
    print(trace(line.strip()), flush=True)
