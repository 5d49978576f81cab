"""What one operation of a CPython peer costs: peers.py BENCH PEER prints nanoseconds, the median of five batches;
for a bench that ends in "sleeping" it prints the bytes that one of 100,000 sleepers takes."""
import statistics
import sys
import time


def per_operation(body, n):
    """The median time of body(n), per operation, after a tenth as warm-up."""
    body(max(1, n // 10))
    figures = []
    for _ in range(5):
        start = time.perf_counter_ns()
        body(n)
        figures.append((time.perf_counter_ns() - start) / n)
    return statistics.median(figures)


def resident_memory_of(spawn, turn):
    """The resident memory of this whole process for each of 100,000 green threads that sleep."""
    count = 100_000
    for _ in range(count):
        spawn(3600)
    for _ in range(3):
        turn()
    with open("/proc/self/status") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    return kilobytes * 1024 / count


def asyncio_bench(bench, run):
    import asyncio

    async def nothing():
        pass

    async def yielder(n):
        for _ in range(n):
            await asyncio.sleep(0)

    async def yields(n):
        await asyncio.gather(yielder(n // 2), yielder(n // 2))

    async def spawns(n):
        for _ in range(n):
            await asyncio.create_task(nothing())

    async def sleeps(n):
        await asyncio.gather(*[asyncio.create_task(asyncio.sleep(0.001)) for _ in range(n)])

    async def queue(n):
        channel = asyncio.Queue(1)

        async def producer():
            for i in range(n):
                await channel.put(i)

        task = asyncio.create_task(producer())
        for _ in range(n):
            await channel.get()
        await task

    async def in_turns(primitive, n):
        async def taker():
            await primitive.acquire()
            await asyncio.sleep(0)
            for _ in range(n // 2):
                primitive.release()
                await primitive.acquire()
            primitive.release()

        await asyncio.gather(taker(), taker())

    async def locks(n):
        await in_turns(asyncio.Lock(), n)

    async def semaphores(n):
        await in_turns(asyncio.Semaphore(1), n)

    async def events(n):
        waiters = 100
        event = asyncio.Event()

        async def waiter():
            for _ in range(n // waiters):
                await event.wait()

        tasks = [asyncio.create_task(waiter()) for _ in range(waiters)]
        for _ in range(n // waiters):
            await asyncio.sleep(0)
            event.set()
            event.clear()
        await asyncio.gather(*tasks)

    async def callbacks(n):
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        left = n

        def again():
            nonlocal left
            left -= 1
            if left:
                loop.call_soon(again)
            else:
                done.set_result(None)

        loop.call_soon(again)
        await done

    body, n = {
        "yield": (yields, 100_000),
        "spawn": (spawns, 20_000),
        "sleeps": (sleeps, 20_000),
        "queue": (queue, 50_000),
        "callback": (callbacks, 100_000),
        "lock": (locks, 50_000),
        "semaphore": (semaphores, 50_000),
        "event": (events, 50_000),
    }[bench]
    return per_operation(lambda count: run(body(count)), n)


def gevent_bench(bench):
    import gevent
    import gevent.queue

    def yielder(n):
        for _ in range(n):
            gevent.sleep(0)

    def yields(n):
        gevent.joinall([gevent.spawn(yielder, n // 2) for _ in range(2)])

    def spawns(n):
        for _ in range(n):
            gevent.spawn(int).join()

    def sleeps(n):
        gevent.joinall([gevent.spawn(gevent.sleep, 0.001) for _ in range(n)])

    def queue(n):
        channel = gevent.queue.Queue(1)
        producer = gevent.spawn(lambda: [channel.put(i) for i in range(n)])
        for _ in range(n):
            channel.get()
        producer.join()

    if bench == "gevent-sleeping":
        return resident_memory_of(lambda seconds: gevent.spawn(gevent.sleep, seconds), lambda: gevent.sleep(0))
    body, n = {
        "yield": (yields, 100_000),
        "spawn": (spawns, 20_000),
        "sleeps": (sleeps, 20_000),
        "queue": (queue, 50_000),
    }[bench.removeprefix("gevent-")]
    return per_operation(body, n)


def eventlet_bench(bench):
    import eventlet
    import eventlet.queue

    def yielder(n):
        for _ in range(n):
            eventlet.sleep(0)

    def yields(n):
        for each in [eventlet.spawn(yielder, n // 2) for _ in range(2)]:
            each.wait()

    def spawns(n):
        for _ in range(n):
            eventlet.spawn(int).wait()

    def queue(n):
        channel = eventlet.queue.Queue(1)
        producer = eventlet.spawn(lambda: [channel.put(i) for i in range(n)])
        for _ in range(n):
            channel.get()
        producer.wait()

    if bench == "gevent-sleeping":
        return resident_memory_of(lambda seconds: eventlet.spawn(eventlet.sleep, seconds), lambda: eventlet.sleep(0))
    body, n = {
        "yield": (yields, 50_000),
        "spawn": (spawns, 20_000),
        "queue": (queue, 20_000),
    }[bench.removeprefix("gevent-")]
    return per_operation(body, n)


def greenlet_bench(bench):
    import greenlet

    def round_trip(n):
        main = greenlet.getcurrent()

        def child(_):
            while True:
                main.switch()

        other = greenlet.greenlet(child)
        other.switch(0)
        for _ in range(n):
            other.switch()
        other.throw()

    def sibling(n):
        main = greenlet.getcurrent()
        pair = []

        def body(mine):
            other = pair[1 - mine]
            for _ in range(n // 2):
                other.switch(1 - mine)
            main.switch()

        pair.extend([greenlet.greenlet(body), greenlet.greenlet(body)])
        pair[0].switch(0)
        for each in pair:
            each.throw()

    # The bodies are built in: for the first frame of Python in a greenlet CPython 3.11 maps memory, and unmaps it at the
    # end, which takes many times as long as the rest.
    def create(n):
        total = 0
        for i in range(n):
            total += greenlet.greenlet(abs).switch(i)
        assert total == n * (n - 1) // 2

    def create_switch(n):
        body = greenlet.getcurrent().switch
        total = 0
        for i in range(n):
            g = greenlet.greenlet(body)
            total += g.switch(g.switch(i))
        assert total == n * (n - 1) // 2

    def at_depth(depth):
        def switch_for_ever(main, left):
            if left:
                return switch_for_ever(main, left - 1) + 1
            while True:
                main.switch()

        def run(n):
            other = greenlet.greenlet(switch_for_ever)
            other.switch(greenlet.getcurrent(), depth)
            for _ in range(n):
                other.switch()
            other.throw()

        return run

    class Numbers(greenlet.greenlet):
        def __iter__(self):
            return self

        def __next__(self):
            self.parent = greenlet.getcurrent()
            value = self.switch()
            if self.dead:
                raise StopIteration
            return value

    def generator(n):
        def numbers():
            for i in range(n):
                greenlet.getcurrent().parent.switch(i)

        total = 0
        for number in Numbers(numbers):
            total += number
        assert total == n * (n - 1) // 2

    body, n = {
        "greenlet-depth/5": (at_depth(5), 200_000),
        "greenlet-depth/50": (at_depth(50), 200_000),
        "greenlet-depth/500": (at_depth(500), 200_000),
        "generator": (generator, 200_000),
        "greenlet-round-trip": (round_trip, 300_000),
        "greenlet-sibling": (sibling, 300_000),
        "greenlet-create": (create, 100_000),
        "greenlet-create-switch": (create_switch, 100_000),
    }[bench]
    return per_operation(body, n)


def cpython_bench(bench):
    def numbers(n):
        for i in range(n):
            yield i

    def drive(n):
        total = 0
        for number in numbers(n):
            total += number
        assert total == n * (n - 1) // 2

    return per_operation({"generator": drive}[bench], 500_000)


def main(bench, peer):
    if peer == "asyncio":
        import asyncio

        return asyncio_bench(bench, asyncio.run)
    if peer == "uvloop":
        import uvloop

        def run(coroutine):
            loop = uvloop.new_event_loop()
            try:
                return loop.run_until_complete(coroutine)
            finally:
                loop.close()

        return asyncio_bench(bench, run)
    name, slash, detail = peer.partition("/")
    return globals()[name + "_bench"](bench + slash + detail)


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2]))
