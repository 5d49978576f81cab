# Greenlets that wait for events: the original of greenlet-hand-offs.loop.kts and HandOffs.java.
import asyncio
import heapq
from greenlet import getcurrent, greenlet


# 1: a worker registers its own switch with the loop, and switches to the hub
class Hub:
    def __init__(self):
        self.timers, self.now, self.greenlet = [], 0, greenlet(self.run)

    def call_later(self, delay, callback, *args):
        heapq.heappush(self.timers, (self.now + delay, len(self.timers), callback, args))

    def run(self):
        while self.timers:
            self.now, _, callback, args = heapq.heappop(self.timers)
            callback(*args)

    def sleep(self, delay):
        self.call_later(delay, getcurrent().switch, delay)
        return self.greenlet.switch()


def hub_hand_off():
    hub = Hub()

    def worker(name, delay):
        print('1', name, 'woke after', hub.sleep(delay))

    for name, delay in (('a', 20), ('b', 10)):
        hub.call_later(0, greenlet(worker, hub.greenlet).switch, name, delay)
    hub.greenlet.switch()


# 4: a synchronous library over an asynchronous driver
class Bridged(greenlet):
    pass


async def run_bridged(function, *args):
    g = Bridged(function)
    result = g.switch(*args)
    while not g.dead:
        try:
            value = await result
        except Exception as error:
            result = g.throw(error)
        else:
            result = g.switch(value)
    return result


def await_(future):
    return getcurrent().parent.switch(future)


async def send(text):
    await asyncio.sleep(0.001)
    if text == 'drop':
        raise ValueError('connection lost')
    return 'row of ' + text


def query(text):
    return await_(send(text))


def session():
    rows = [query('users'), query('orders')]
    try:
        query('drop')
    except ValueError as error:
        rows.append(str(error))
    return rows


def bridge():
    print('4', ', '.join(asyncio.run(run_bridged(session))))


# 5: an asynchronous task waits for a greenlet
def to_future():
    async def main():
        future = asyncio.get_running_loop().create_future()
        hub = getcurrent()

        def work():
            total = 0
            for _ in range(3):
                total += hub.switch()
            future.set_result(total)

        async def waiter():
            print('5 the greenlet made', await future)

        task = asyncio.create_task(waiter())
        g = greenlet(work)
        g.switch()
        for part in (10, 20, 12):
            await asyncio.sleep(0)
            g.switch(part)
        await task

    asyncio.run(main())


# 8: a timer throws into a greenlet
def inject():
    hub = Hub()

    def worker():
        hub.call_later(5, getcurrent().throw, TimeoutError('too late'))
        try:
            hub.sleep(1000)
        except TimeoutError as error:
            print('8 caught:', error)
        finally:
            print('8 cleaned up')
            hub.timers.clear()

    hub.call_later(0, greenlet(worker, hub.greenlet).switch)
    hub.greenlet.switch()


# 10: a modal dialog in an event loop that cannot be nested
def dialog():
    events, gui = [], getcurrent()

    def ask(question):
        print('10 asks:', question)
        events.append((getcurrent().switch, 'OK'))
        return gui.switch()

    def on_delete(_):
        print('10 answer:', ask('delete it?'))

    events.append((greenlet(on_delete).switch, None))
    events.append((lambda _: print('10 the window is painted'), None))
    while events:
        handler, value = events.pop(0)
        handler(value)


# 15: what answers by a callback, called as if it returned
def call_sync(hub, start, *args):
    start(*args, getcurrent().switch)
    return hub.greenlet.switch()


def callback_to_sync():
    hub = Hub()

    def add(a, b, answer):
        hub.call_later(3, answer, a + b)

    def worker():
        print('15 3 + 4 =', call_sync(hub, add, 3, 4))

    hub.call_later(0, greenlet(worker, hub.greenlet).switch)
    hub.greenlet.switch()


hub_hand_off()
bridge()
to_future()
inject()
dialog()
callback_to_sync()
