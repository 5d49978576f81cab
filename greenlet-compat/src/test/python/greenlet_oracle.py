#!/usr/bin/python3
"""Runs the programs of ProgramTest with CPython's greenlet: one a line in, its trace a line out.

A program is the operations of main and, behind '|', the bodies of greenlets a, b, ... A body begins with
its parent ('-' main, '*' whoever creates it by "new", or an earlier one) and its kind (g a function, n none,
c a subclass with run, k a function that takes named values). m is main. Operations:
  s:K:N  switch to K with N values        kw:K:N:M  and M named ones
  t:K:exit|error|bare|type  throw into K an exit, an error, nothing (an exit then), or a type
  next:K K as a generator                 yield     to the parent        p:K:J  J becomes the parent of K
  new:K  creates K                        run:K     gives K a body       unrun:K  takes it away
  get set inherit:K share:K forget:K      context variables
  states parents                          of all    trace:on|off|bad|exit  the tracer
  watch[ ]  a tracer that performs a block at each event, also at those of that block, but no deeper; greenlet
            before 3.0 crashes when a tracer switches
  return tuple raise exit                 end the body
  loop:N[ ]  try[ ]  fin[ / ]             blocks; behind the slash is the finally part
What fails is noted; from S, KW and T it goes on as an error.
"""
import contextvars
import os
import sys
import threading
import greenlet

VAR = contextvars.ContextVar('var', default='-')
KEEP = []  # what is suspended at the end of a program is never collected: that would run it

REFUSALS = {
    (AttributeError, 'run'): 'norun',
    (AttributeError, 'cannot set the parent of a main greenlet'): 'main',
    (ValueError, 'cyclic parent chain'): 'cycle',
    (AttributeError, 'run cannot be set after the start of the greenlet'): 'started',
    (AttributeError, "'ByClass' object has no attribute 'run'"): 'attr',
    (AttributeError, 'Main greenlets do not have a run attribute.'): 'started',
}


WATCHERS = 2  # of a program at once


class Planned(Exception):
    pass


class Return(BaseException):
    pass


def parse(tokens):
    ops = []
    while tokens:
        token = tokens.pop(0)
        if token == ']':
            break
        if token.endswith('['):
            ops.append((token[:-1].split(':'), parse(tokens)))
        else:
            ops.append((token.split(':'), None))
    return ops


def show(value):
    if value is None:
        return 'null'
    if isinstance(value, tuple):
        return '(' + ' '.join(show(v) for v in value) + ')'
    if isinstance(value, dict):
        return '{' + ' '.join(k + ':' + show(v) for k, v in value.items()) + '}'
    if isinstance(value, greenlet.GreenletExit):
        return describe(value)
    return str(value)


def describe(error):
    if isinstance(error, greenlet.GreenletExit):
        return 'exit:' + str(error)
    if isinstance(error, Planned):
        return 'error:' + str(error)
    if isinstance(error, Return):
        return 'return:' + show(error.args[0])
    if isinstance(error, TypeError) and 'got an unexpected keyword argument' in str(error):
        return 'type'
    return REFUSALS.get((type(error), str(error)), repr(error))


def run(program):
    parts = [part.split() for part in program.split('|')]
    bodies = [(part[0][0], part[0][1], parse(part[1:])) for part in parts[1:]]
    trace, greenlets, given = [], {}, set()
    KEEP.append(greenlets)
    watching = []
    main = greenlets['m'] = greenlet.getcurrent()

    def name(g):
        return next((k for k in sorted(greenlets) if greenlets[k] is g), '-')

    def parents(tag):
        trace.append(tag + '=' + ''.join(name(g.parent) for k, g in sorted(greenlets.items())))

    def states(tag):
        trace.append(tag + '=' + ' '.join(
            ('d' if g.dead else '') + ('a' if g else '') or 'n' for k, g in sorted(greenlets.items())))

    def traced(event, args):
        here = '' if greenlet.getcurrent() is args[1] else '?'
        trace.append(('#s' if event == 'switch' else '#t') + name(args[0]) + name(args[1]) + here)

    def bad(event, args):
        raise Planned('trace')

    def leaving(event, args):
        raise greenlet.GreenletExit('trace')

    def watcher(tag, ops):
        def watched(event, args):
            traced(event, args)
            if len(watching) < WATCHERS:
                watching.append(tag)
                try:
                    perform_all('', tag + '@', ops)
                finally:
                    watching.pop()
        return watched

    def perform_all(who, tag, ops):
        for index, op in enumerate(ops):
            perform(who, tag + str(index), op)

    def perform(who, tag, op):
        (word, *args), block = op
        if word == '/':
            return
        if word == 'loop':
            for _ in range(int(args[0])):
                perform_all(who, tag + '.', block)
        elif word == 'try':
            try:
                perform_all(who, tag + '.', block)
            except Return:
                raise
            except BaseException as error:
                trace.append(tag + '~' + describe(error))
        elif word == 'fin':
            slash = next((i for i, o in enumerate(block) if o[0][0] == '/'), len(block))
            try:
                perform_all(who, tag + '.', block[:slash])
            finally:
                perform_all(who, tag + '/', block[slash:])
        elif word == 'return':
            raise Return(tag)
        elif word == 'tuple':
            raise Return((tag, tag))
        elif word == 'raise':
            raise Planned(tag)
        elif word == 'exit':
            raise greenlet.GreenletExit(tag)
        elif word == 'states':
            states(tag)
        elif word == 'parents':
            parents(tag)
        elif word == 'trace':
            greenlet.settrace({'on': traced, 'bad': bad, 'exit': leaving, 'off': None}[args[0]])
        elif word == 'watch':
            greenlet.settrace(watcher(tag, block))
        else:
            try:
                trace.append(tag + '=' + show(result(tag, word, args)))
            except BaseException as error:
                trace.append(tag + '!' + describe(error))
                if word[0].isupper():
                    raise

    def result(tag, word, args):
        if word == 'get':
            return VAR.get()
        if word == 'set':
            VAR.set(tag)
            return 'ok'
        if word == 'yield':
            parent = greenlet.getcurrent().parent
            return 'none' if parent is None else parent.switch(tag)
        if word == 'new':
            if args[0] in greenlets:
                return 'exists'
            create(ord(args[0]) - ord('a'))
            return 'ok'
        target = greenlets.get(args[0])
        if target is None:
            return 'missing'
        if word in ('s', 'S'):
            return target.switch(*values(tag, args[1]))
        if word in ('kw', 'KW'):
            return target.switch(*values(tag, args[1]), **{'k%d' % i: tag for i in range(int(args[2]))})
        if word in ('t', 'T'):
            return target.throw(*{'exit': [greenlet.GreenletExit(tag)], 'error': [Planned(tag)], 'bare': [],
                                  'type': [Planned]}[args[1]])
        if word == 'p':
            if args[1] not in greenlets:
                return 'missing'
            target.parent = greenlets[args[1]]
            return 'ok'
        if word == 'next':
            if target is greenlet.getcurrent():
                return 'itself'
            target.parent = greenlet.getcurrent()
            value = target.switch()
            return 'stop' if target.dead else value
        if word == 'inherit':
            target.gr_context = contextvars.copy_context()
            return 'ok'
        if word == 'forget':
            target.gr_context = None
            return 'ok'
        if word == 'share':
            VAR.set(tag)
            target.gr_context = greenlet.getcurrent().gr_context
            return 'ok'
        by_class = args[0] != 'm' and bodies[ord(args[0]) - ord('a')][1] == 'c'
        bare = not by_class and target not in given and word == 'unrun'
        if target.dead or (by_class and target) or bare:
            return 'skipped'
        try:
            if word == 'run':
                target.run = lambda *values: tag + show(values)
                given.add(target)
            else:
                del target.run
                given.discard(target)
            return 'ok'
        except AttributeError as error:
            word = describe(error)
            return 'attr' if word == 'norun' else word

    def values(tag, count):
        return [tag + 'xyz'[i] for i in range(int(count))]

    def execute(who, ops, args, named):
        trace.append(who + show(args) + (show(named) if named else ''))
        try:
            perform_all(who, who, ops)
        except Return as done:
            return done.args[0]
        return who + '.'

    def create(index):
        _, kind, ops = bodies[index]
        who = 'abcdefghijkl'[index]
        if kind == 'n':
            made = greenlet.greenlet()
        elif kind == 'k':
            made = greenlet.greenlet(lambda *args, **named: execute(who, ops, args, named))
        elif kind == 'c':
            class ByClass(greenlet.greenlet):
                def run(self, *args):
                    return execute(who, ops, args, {})
            made = ByClass()
        else:
            made = greenlet.greenlet(lambda *args: execute(who, ops, args, {}))
        greenlets[who] = made
        if kind in 'gk':
            given.add(made)
        return made

    for index, (parent, kind, ops) in enumerate(bodies):
        if parent != '*':
            create(index).parent = main if parent == '-' else greenlets.get(parent, main)
    ops = parse(parts[0])
    for index, op in enumerate(ops):
        try:
            perform('m', 'm' + str(index), op)
        except BaseException as error:
            trace.append('m%d!!%s' % (index, describe(error)))
    greenlet.settrace(None)
    states('m' + str(len(ops)))
    parents('m' + str(len(ops)))
    return ','.join(trace)


for line in sys.stdin:
    out = []  # each program in a thread of its own, which has a main greenlet of its own
    thread = threading.Thread(target=lambda: out.append(run(line.strip())))
    thread.start()
    thread.join()
    print(out[0] if out else 'crashed')
sys.stdout.flush()
os._exit(0)
