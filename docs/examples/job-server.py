"""A job server: a question is a line, and so is an answer.

    HELLO name, WHO          HELLO name, WHO name
    SUBMIT kind argument     OK 1
    WAIT 1 [seconds]         DONE 1 result, FAILED 1 error, CANCELLED 1, or PENDING 1
    CANCEL 1                 CANCELLED 1
    PAUSE, RESUME            PAUSED, RESUMED: no job begins in between
    LIST, STATS              1 done ann, 2 queued bob      queued=1 running=0 ...
    WATCH 3                  WATCHING, and the next three things that happen to jobs
    QUIT                     BYE

Run it with /usr/bin/python3 and python3-gevent, and talk to it with nc. SIGHUP prints the statistics, SIGTERM
lets the jobs that run end. The guide ports it to Greenloop: docs/guide/gevent-service.md.
"""

from gevent import monkey

monkey.patch_all()  # before anything else is imported

import argparse
import hashlib
import itertools
import signal
import time

import gevent
from gevent import Timeout, subprocess
from gevent.backdoor import BackdoorServer
from gevent.event import AsyncResult, Event
from gevent.fileobject import FileObject
from gevent.local import local
from gevent.pool import Pool
from gevent.queue import Full, JoinableQueue, Queue
from gevent.server import StreamServer


class Refused(Exception):
    """What was asked for cannot be; the text says why."""


# ---- connections ------------------------------------------------------------------------------


class Connections:
    """Serves the clients, each in a greenlet of a pool."""

    client = local()  # of the greenlet: its client's name

    def __init__(self, port, most, idle):
        self.commands = {'HELLO': self.hello, 'WHO': self.who}
        self.idle = idle
        self.server = StreamServer(('127.0.0.1', port), self.handle, spawn=Pool(most))

    def hello(self, rest, say):
        self.client.name = rest
        say('HELLO ' + rest)

    def who(self, rest, say):
        say('WHO ' + self.client.name)

    def handle(self, socket, address):
        self.client.name = 'nobody'
        with socket.makefile('rwb') as file:
            def say(text):
                file.write(text.encode() + b'\n')
                file.flush()

            while True:
                line = b''
                with Timeout(self.idle, False):
                    line = file.readline()
                if not line:  # the end, or nothing was said for too long
                    return
                verb, _, rest = line.decode().strip().partition(' ')
                if verb == 'QUIT':
                    say('BYE')
                    return
                try:
                    if verb not in self.commands:
                        raise Refused('no command ' + verb)
                    self.commands[verb](rest, say)
                except Refused as refused:
                    say('ERR %s' % refused)


# ---- what jobs do -----------------------------------------------------------------------------


def sleep(argument):
    time.sleep(float(argument))  # patched: the others go on
    return 'slept ' + argument


def total(argument):
    result = 0
    for word in argument.split():
        if not word.isdigit():
            raise Refused('not a number: ' + word)
        result += int(word)
        gevent.sleep(0)  # whoever is ready goes first
    return str(result)


def hashed(rounds, text):
    for _ in range(rounds):
        text = hashlib.sha256(text.encode()).hexdigest()
    return text[:12]


def digest(argument):
    """Nothing switches in there, so it runs on a thread."""
    rounds, _, text = argument.partition(' ')
    return gevent.get_hub().threadpool.apply(hashed, (int(rounds), text))


def shell(argument):
    process = subprocess.Popen(['sh', '-c', argument], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        output, _ = process.communicate()
    finally:
        if process.poll() is None:  # cancelled, or out of time
            process.kill()
            process.wait()
    if process.returncode:
        raise Refused('exit code %d' % process.returncode)
    return ' '.join(output.decode().split())


KINDS = {'sleep': sleep, 'sum': total, 'digest': digest, 'shell': shell}


# ---- jobs -------------------------------------------------------------------------------------


class Job:
    """One of them; `result` gets its outcome and a text."""

    def __init__(self, number, kind, argument, owner):
        self.number, self.kind, self.argument, self.owner = number, kind, argument, owner
        self.state = 'queued'
        self.result = AsyncResult()
        self.greenlet = None


class Jobs:
    """Queues jobs, and runs a few at a time."""

    def __init__(self, workers, room, limit):
        self.queue = JoinableQueue(room)
        self.pool = Pool(workers)
        self.open = Event()
        self.open.set()
        self.limit = limit
        self.numbers = itertools.count(1)
        self.jobs = {}
        self.listeners = []
        self.dispatcher = gevent.spawn(self.dispatch)

    def submit(self, kind, argument, owner):
        if kind not in KINDS:
            raise Refused('no kind ' + kind)
        job = Job(next(self.numbers), kind, argument, owner)
        try:
            self.queue.put_nowait(job)
        except Full:
            raise Refused('too many jobs')
        self.jobs[job.number] = job
        self.move(job, 'queued')
        return job

    def dispatch(self):
        for job in self.queue:
            self.open.wait()
            if job.state == 'queued':
                job.greenlet = self.pool.spawn(self.run, job)  # waits while all workers work
                job.greenlet.link(lambda greenlet, job=job: self.ended(job, greenlet.value))
            else:
                self.queue.task_done()

    def run(self, job):
        self.move(job, 'running')
        try:
            with Timeout(self.limit, Refused('out of time')):
                return 'done', KINDS[job.kind](job.argument)
        except Exception as error:
            return 'failed', str(error)

    def ended(self, job, value):
        self.finish(job, *(('cancelled', '') if isinstance(value, gevent.GreenletExit) else value))
        self.queue.task_done()

    def finish(self, job, outcome, text):
        self.move(job, outcome)
        job.result.set((outcome, text))

    def move(self, job, state):
        job.state = state
        for listener in self.listeners:
            listener(job)

    def find(self, number):
        if not number.isdigit() or int(number) not in self.jobs:
            raise Refused('no job ' + number)
        return self.jobs[int(number)]

    def wait(self, job, seconds=None):
        try:
            outcome, text = job.result.get(timeout=seconds)
        except Timeout:
            outcome, text = 'pending', ''
        return ('%s %d %s' % (outcome.upper(), job.number, text)).strip()

    def cancel(self, job):
        if job.greenlet is not None:
            job.greenlet.kill()
        elif job.state == 'queued':
            self.finish(job, 'cancelled', '')
        return self.wait(job)

    def statistics(self):
        states = [job.state for job in self.jobs.values()]
        return ' '.join('%s=%d' % (state, states.count(state))
                        for state in ('queued', 'running', 'done', 'failed', 'cancelled'))

    def listed(self):
        return ', '.join('%d %s %s' % (job.number, job.state, job.owner)
                         for job in self.jobs.values())

    def stop(self, grace):
        """Begins no more, and gives those that run so many seconds."""
        self.dispatcher.kill()
        for job in self.jobs.values():
            if job.state == 'queued' and job.greenlet is None:
                self.finish(job, 'cancelled', '')
        self.pool.join(timeout=grace)
        self.pool.kill()

    def add_commands(self, connections):
        def submit(rest, say):
            kind, _, argument = rest.partition(' ')
            say('OK %d' % self.submit(kind, argument, connections.client.name).number)

        def wait(rest, say):
            number, _, seconds = rest.partition(' ')
            say(self.wait(self.find(number), float(seconds) if seconds else None))

        def pause(rest, say):
            self.open.clear()
            say('PAUSED')

        def resume(rest, say):
            self.open.set()
            say('RESUMED')

        connections.commands.update({
            'SUBMIT': submit, 'WAIT': wait, 'PAUSE': pause, 'RESUME': resume,
            'CANCEL': lambda rest, say: say(self.cancel(self.find(rest))),
            'LIST': lambda rest, say: say(self.listed()),
            'STATS': lambda rest, say: say(self.statistics()),
        })


# ---- who looks on -----------------------------------------------------------------------------


class Watchers:
    """Tells clients what happens to jobs, as it happens."""

    def __init__(self, jobs):
        self.queues = []
        jobs.listeners.append(self.tell)

    def tell(self, job):
        for queue in self.queues:
            try:
                queue.put_nowait('EVENT %d %s' % (job.number, job.state))
            except Full:
                pass  # who does not keep up misses some

    def watch(self, rest, say):
        queue = Queue(100)
        self.queues.append(queue)
        try:
            say('WATCHING')
            for _ in range(int(rest)):
                say(queue.get())
        finally:
            self.queues.remove(queue)


class Statistics:
    """Writes a line into a file, time after time and at the end."""

    def __init__(self, jobs, path, period):
        self.jobs, self.path, self.period = jobs, path, period
        self.greenlet = gevent.spawn(self.run)

    def run(self):
        with FileObject(self.path, 'ab') as file:
            try:
                while True:
                    gevent.sleep(self.period)
                    self.write(file)
            finally:
                self.write(file)

    def write(self, file):
        file.write(self.jobs.statistics().encode() + b'\n')
        file.flush()

    def stop(self):
        self.greenlet.kill()


# ---- the service ------------------------------------------------------------------------------


class Service:
    """All of it, from the start to the end."""

    def __init__(self, options):
        self.grace = options.grace
        self.connections = Connections(options.port, options.connections, options.idle)
        self.jobs = Jobs(options.workers, options.room, options.limit)
        self.jobs.add_commands(self.connections)
        self.connections.commands['WATCH'] = Watchers(self.jobs).watch
        self.statistics = Statistics(self.jobs, options.statistics, options.period)
        self.backdoor = BackdoorServer(('127.0.0.1', options.backdoor), locals={'service': self},
                                       banner='the job server')
        self.stopped = Event()

    def line(self):
        return self.jobs.statistics()

    def run(self):
        gevent.signal_handler(signal.SIGHUP, lambda: print(self.line(), flush=True))
        gevent.signal_handler(signal.SIGTERM, self.stop)
        self.connections.server.start()
        self.backdoor.start()
        print('backdoor on port %d' % self.backdoor.server_port, flush=True)
        print('listening on port %d' % self.connections.server.server_port, flush=True)
        self.stopped.wait()

    def stop(self):
        self.connections.server.close()  # nobody else comes in
        self.jobs.stop(self.grace)  # who waits for a job hears of its end
        self.connections.server.stop(timeout=1)
        self.backdoor.stop()
        self.statistics.stop()
        print('stopped: ' + self.line(), flush=True)
        self.stopped.set()


def main():
    parser = argparse.ArgumentParser()
    for name, default in (('port', 7070), ('backdoor', 7071), ('connections', 100), ('workers', 4),
                          ('room', 1000)):
        parser.add_argument('--' + name, type=int, default=default)
    for name, default in (('limit', 60.0), ('idle', 300.0), ('grace', 10.0), ('period', 5.0)):
        parser.add_argument('--' + name, type=float, default=default)
    parser.add_argument('--statistics', default='/tmp/job-server.log')
    Service(parser.parse_args()).run()


if __name__ == '__main__':
    main()
