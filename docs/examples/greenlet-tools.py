# Tools around greenlets: the original of greenlet-tools.loop.kts and Tools.java.
import contextvars
from weakref import WeakKeyDictionary
from greenlet import getcurrent, greenlet, settrace


# 7: killing a worker
def kill():
    def worker():
        try:
            getcurrent().parent.switch()
        finally:
            print('7 cleanup')

    g = greenlet(worker)
    g.switch()
    g.throw()
    print('7 dead:', 'yes' if g.dead else 'no')


# 11: a value for each greenlet
def local():
    values = WeakKeyDictionary()

    def worker(name, step):
        for _ in range(2):
            values[getcurrent()] = values.get(getcurrent(), 0) + step
            getcurrent().parent.switch()
        return name + '=' + str(values[getcurrent()])

    a, b = greenlet(worker), greenlet(worker)
    a.switch('a', 1), b.switch('b', 10)
    a.switch(), b.switch()
    print('11', a.switch(), b.switch())


# 12: a subclass with a body and a result
class Job(greenlet):
    result = None

    def run(self, a, b):
        self.parent.switch('started')
        self.result = a + b


def subclass():
    job = Job()
    print('12', job.switch(2, 3), end=' ')
    job.switch()
    print(job.result)


# 13: where does everybody wait?
def inner():
    getcurrent().parent.switch()


def outer():
    inner()


def frames():
    suspended = [greenlet(outer), greenlet(outer)]
    for g in suspended:
        g.switch()
    for g in suspended:
        frame = g.gr_frame
        print('13 waits in', frame.f_code.co_name, 'called by', frame.f_back.f_code.co_name)
    for g in suspended:
        g.throw()


# 14: who runs longest without a switch?
def tracer():
    clock, longest, names = [0], {}, {}
    last = [0]

    def trace(event, args):
        origin, _ = args
        took = clock[0] - last[0]
        last[0] = clock[0]
        longest[names[origin]] = max(took, longest.get(names[origin], 0))

    def work(name, *steps):
        names[getcurrent()] = name
        for step in steps:
            clock[0] += step
            getcurrent().parent.switch()

    names[getcurrent()] = 'main'
    quick, slow = greenlet(work), greenlet(work)
    settrace(trace)
    quick.switch('quick', 1, 2)
    slow.switch('slow', 5, 90)
    for g in (quick, slow, quick, slow):
        g.switch()
    settrace(None)
    print('14', *(name + ':' + str(longest[name]) for name in ('quick', 'slow')))


# 16: context variables are handed down by hand
def context():
    request = contextvars.ContextVar('request', default='none')

    def handler():
        return request.get()

    request.set('request 7')
    bare, heir = greenlet(handler), greenlet(handler)
    heir.gr_context = contextvars.copy_context()
    print('16 bare:', bare.switch() + ', heir:', heir.switch())


kill()
local()
subclass()
frames()
tracer()
context()
