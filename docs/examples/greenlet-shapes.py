# Shapes of programs built on greenlets: the original of greenlet-shapes.loop.kts and Shapes.java.
from collections import deque
from greenlet import GreenletExit, getcurrent, greenlet


# 2: a generator that yields from a recursion
class Generator(greenlet):
    def __iter__(self):
        return self

    def __next__(self):
        self.parent = getcurrent()
        value = self.switch()
        if self.dead:
            raise StopIteration
        return value


def emit(value):
    getcurrent().parent.switch(value)


def walk(tree):
    if tree:
        left, value, right = tree
        walk(left)
        emit(value)
        walk(right)


def tree_walk():
    tree = (((None, 1, None), 2, None), 3, ((None, 4, None), 5, None))
    print('2', *Generator(lambda: walk(tree)))


# 3: a parser that is fed in pieces, written as a loop
def parser():
    def parse(data):
        while True:
            while ';' not in data:
                data += getcurrent().parent.switch(None)
            message, data = data.split(';', 1)
            data += getcurrent().parent.switch(message) or ''

    g = greenlet(parse)
    found = []
    for chunk in ('ab', 'c;de', ';f;', 'g'):
        message = g.switch(chunk)
        while message:
            found.append(message)
            message = g.switch('')
    g.throw()
    print('3', *found)


# 6: round robin
def round_robin():
    said = []

    def worker(name, steps):
        for step in range(steps):
            said.append(name + str(step))
            getcurrent().parent.switch()

    ready = deque()
    for name, steps in (('a', 2), ('b', 3), ('c', 1)):
        g = greenlet(worker)
        g.switch(name, steps)
        ready.append(g)
    while ready:
        g = ready.popleft()
        g.switch()
        if not g.dead:
            ready.append(g)
    print('6', *said)


# 9: the script of a figure, which gives commands to the engine
def figure_script():
    def script():
        engine = getcurrent().parent
        engine.switch('say', 'hello')
        engine.switch('wait', 3)
        engine.switch('walk', 1, 2)

    g = greenlet(script)
    while True:
        command = g.switch()
        if g.dead:
            break
        print('9', *command)
    print('9 end')


# 17: a pipeline of endless consumers
def pipeline():
    seen = []

    def sink(value):
        try:
            while True:
                seen.append(value)
                value = getcurrent().parent.switch()
        except GreenletExit:
            seen.append('sink closed')

    def doubler(value):
        try:
            while True:
                to.switch(value * 2)
                value = getcurrent().parent.switch()
        except GreenletExit:
            seen.append('doubler closed')

    to = greenlet(sink)
    first = greenlet(doubler)
    to.parent = first
    for number in (1, 2, 3):
        first.switch(number)
    to.parent = getcurrent()
    to.throw()
    first.throw()
    print('17', *seen)


# 18: a search that goes back; each branch is a greenlet of its own, killed when it fails
def search():
    unwound = []

    def attempt(x, y):
        try:
            good = x + y == 7 and x * y == 12
            getcurrent().parent.switch(good)
            return x, y
        finally:
            unwound.append((x, y))

    def solve():
        for x in range(1, 5):
            for y in range(1, 5):
                branch = greenlet(attempt)
                if branch.switch(x, y):
                    return branch.switch()
                branch.throw()

    print('18', *solve(), 'after', len(unwound), 'branches')


tree_walk()
parser()
round_robin()
figure_script()
pipeline()
search()
