#!/usr/bin/python3
"""Runs the programs of ProgramTest with CPython's greenlet: one a line in, its trace a line out.

A program is bodies separated by '|', main's first; a body is its parent ('-' main, 'n' a body-less
greenlet of main's, or the number of an earlier one) and operations, separated by blanks:
  sK:N  switch to K with N values   tKx  throw GreenletExit into K   tKe  throw an error into K
  pKJ   make J the parent of K      d    note the state of all
  r     return a value              R    raise an error              X    raise GreenletExit
K and J are numbers, or m for main. A capital S or T lets an error leave the body.
"""
import sys
import threading
import greenlet


class Planned(Exception):
    pass


def show(value):
    if value is None:
        return 'null'
    if isinstance(value, tuple):
        return '(' + ' '.join(show(v) for v in value) + ')'
    if isinstance(value, greenlet.GreenletExit):
        return 'exit:' + str(value)
    return str(value)


def failure(error):
    if isinstance(error, greenlet.GreenletExit):
        return 'exit:' + str(error)
    if isinstance(error, Planned):
        return 'error:' + str(error)
    if isinstance(error, AttributeError):
        return 'norun' if 'run' in str(error) else 'main'
    if isinstance(error, ValueError):
        return 'cycle'
    return repr(error)


def run(program):
    bodies = [body.split() for body in program.split('|')]
    trace, greenlets = [], {}
    main = greenlet.getcurrent()

    def state(g):
        return ('d' if g.dead else '') + ('a' if g else '') or 'n'

    def perform(who, index, op):
        tag = '%s%d' % (who, index)
        kind = op[0].lower()
        if kind == 'd':
            trace.append(tag + '=' + ' '.join(state(greenlets[k]) for k in sorted(greenlets)))
            return
        target = greenlets[op[1]]
        try:
            if kind == 's':
                result = target.switch(*[tag + 'abc'[i] for i in range(int(op[3:]))])
            elif kind == 't':
                result = target.throw(greenlet.GreenletExit(tag) if op[2] == 'x' else Planned(tag))
            else:
                target.parent = greenlets[op[2]]
                result = 'ok'
            trace.append(tag + '=' + show(result))
        except BaseException as error:
            trace.append(tag + '!' + failure(error))
            if op[0] in 'ST' and who != 'm':
                raise

    def body(who, ops):
        def execute(*args):
            trace.append(who + '(' + ' '.join(show(a) for a in args) + ')')
            for index, op in enumerate(ops):
                if op == 'r':
                    break
                if op == 'R':
                    raise Planned(who + str(index))
                if op == 'X':
                    raise greenlet.GreenletExit(who + str(index))
                perform(who, index, op)
            return who + '.'
        return execute

    greenlets['m'] = main
    for number, ops in enumerate(bodies[1:]):
        who = str(number)
        parent = main if ops[0] in '-n' else greenlets[ops[0]]
        if ops[0] == 'n':
            greenlets[who] = greenlet.greenlet(parent=parent)
        else:
            greenlets[who] = greenlet.greenlet(body(who, ops[1:]), parent)
    for index, op in enumerate(bodies[0]):
        perform('m', index, op)
    perform('m', len(bodies[0]), 'd')
    return ','.join(trace)


for line in sys.stdin:
    out = []  # each program in a thread of its own, which has a main greenlet of its own
    thread = threading.Thread(target=lambda: out.append(run(line.strip())))
    thread.start()
    thread.join()
    print(out[0] if out else 'crashed', flush=True)
