"""How long scripts of thirty lines take to start, ours beside others': wall and CPU time, memory.

usage: script_start.py DIST [JDK]    DIST: dsl-kotlin/script/target/dist, or an unpacked archive

Each command runs several times, by itself; the figures are medians, and the least and the most. The
caches are folders of their own. Takes about two minutes on a machine with nothing else to do; on
another one the figures say more about the machine.
"""

import glob
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

OURS = '''// Asks a server of its own, two questions at a time, and shows the answers.
import io.greenloop.net.Stream
import io.greenloop.sync.Queue

data class Answer(
  val name: String,
  val text: String,
)

suspend fun echo(connection: Stream) {
  connection.lines().collect { connection.send("$it!\\n") }
}

suspend fun LoopScope.ask(
  name: String,
  port: Int,
): Answer =
  connect("127.0.0.1", port).use { connection ->
    connection.send("hello $name\\n")
    Answer(name, connection.reader().receiveLine().decodeToString().trim())
  }

val answers = Queue<Answer>()
loop {
  val server = server(0, "127.0.0.1") { echo(it) }
  val names = args.ifEmpty { listOf("ann", "bob", "cid") }
  names.parallelMap(2) { answers.send(ask(it, server.port)) }
  server.stop(1.seconds)
}
while (true) println(answers.tryGet().orElse(null) ?: break)
'''

PYTHON = '''
import asyncio, sys
from dataclasses import dataclass

@dataclass
class Answer:
    name: str
    text: str

async def echo(reader, writer):
    async for line in reader:
        writer.write(line.strip() + b"!\\n")
        await writer.drain()
    writer.close()

async def ask(name, port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"hello {name}\\n".encode())
    text = (await reader.readline()).decode().strip()
    writer.close()
    return Answer(name, text)

async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    names = sys.argv[1:] or ["ann", "bob", "cid"]
    for answer in await asyncio.gather(*(ask(name, port) for name in names)):
        print(answer)
    server.close()

asyncio.run(main())
'''

KOTLIN = '''
import java.util.concurrent.Executors

data class Answer(val name: String, val text: String)

fun ask(name: String): Answer {
  Thread.sleep(1)
  return Answer(name, "hello $name!")
}

Executors.newVirtualThreadPerTaskExecutor().use { pool ->
  val names = args.toList().ifEmpty { listOf("ann", "bob", "cid") }
  names.map { pool.submit<Answer> { ask(it) } }.forEach { println(it.get()) }
}
'''

JAVA = '''
import java.util.List;
import java.util.concurrent.*;

record Answer(String name, String text) {}

static Answer ask(String name) throws InterruptedException {
  Thread.sleep(1);
  return new Answer(name, "hello " + name + "!");
}

void main() throws Exception {
  try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
    var names = List.of("ann", "bob", "cid");
    for (var answer : names.stream().map(name -> pool.submit(() -> ask(name))).toList())
      IO.println(answer.get());
  }
}
'''

CLASSIC = JAVA.replace("record", "class Classic {\nrecord").replace(
    "void main()", "public static void main(String[] args)"
) + "}\n"
JAVAS = {"Plain.java": JAVA, "Classic.java": CLASSIC}


def once(command, environment):
    begin = time.monotonic()
    null = subprocess.DEVNULL
    child = subprocess.Popen(command, env=environment, stdin=null, stdout=null, stderr=null)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command} ended with {child.returncode}")
    cpu = used.ru_utime + used.ru_stime
    return time.monotonic() - begin, cpu, used.ru_maxrss / 1024


def measure(name, count, command, environment, prepare=lambda: None):
    runs = []
    for _ in range(count):
        prepare()
        runs.append(once(command, environment))
    wall, cpu, memory = ([run[i] for run in runs] for i in range(3))
    print(
        f"{name:36} wall {statistics.median(wall):6.3f} s ({min(wall):.3f} to {max(wall):.3f})"
        f"  CPU {statistics.median(cpu):6.3f} s  {statistics.median(memory):4.0f} MiB",
        flush=True,
    )


def wait_for_archives(cache):
    folder = cache + "/greenloop/aot/"
    deadline = time.monotonic() + 120
    while len(glob.glob(folder + "*.aot")) < 2:
        if glob.glob(folder + "*.failed") or time.monotonic() > deadline:
            raise SystemExit("no archives were made")
        time.sleep(0.5)
    time.sleep(2)


def main(dist, jdk):
    dist = os.path.abspath(dist)
    command = next(c for c in (dist + "/greenloop", dist + "/bin/greenloop") if os.path.exists(c))
    plain = {k: v for k, v in os.environ.items() if not k.startswith("GREENLOOP_")}
    plain["JAVA_HOME"] = jdk
    os.chdir(tempfile.mkdtemp())
    texts = {"ours.loop.kts": OURS, "same.py": PYTHON, "plain.kts": KOTLIN}
    for name, text in {**texts, "plain.main.kts": KOTLIN, **JAVAS}.items():
        with open(name, "w") as file:
            file.write(text)
    cache = os.path.abspath("cache")
    ours = {**plain, "XDG_CACHE_HOME": cache}

    def no_cache():
        shutil.rmtree(cache, ignore_errors=True)

    def change():
        with open("changed.loop.kts", "w") as file:
            file.write(OURS + f"// {time.time()}\n")

    no_archives = {**ours, "GREENLOOP_AOT": "off"}
    measure("very first use", 3, [command, "ours.loop.kts"], no_archives, no_cache)
    measure("unchanged, without archives", 5, [command, "ours.loop.kts"], no_archives)
    once([command, "ours.loop.kts"], ours)
    wait_for_archives(cache)
    measure("first compile", 5, [command, "changed.loop.kts"], ours, change)
    measure("unchanged", 15, [command, "ours.loop.kts"], ours)
    measure("--version", 15, [command, "--version"], ours)
    measure("python3, asyncio", 11, ["python3", "same.py"], plain)
    measure("java Plain.java", 5, [jdk + "/bin/java", "Plain.java"], plain)

    compiler = glob.glob(dist + "/lib/compiler/*.jar") + glob.glob(dist + "/lib/kotlin*.jar")
    seen = glob.glob(dist + "/lib/kotlin-stdlib*.jar")
    seen += glob.glob(dist + "/lib/compiler/kotlin-script-runtime*.jar")
    kotlinc = [jdk + "/bin/java", "--sun-misc-unsafe-memory-access=allow"]
    kotlinc += ["--enable-native-access=ALL-UNNAMED", "-cp", ":".join(compiler)]
    kotlinc += ["org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-no-stdlib", "-no-reflect"]
    kotlinc += ["-jvm-target", "25", "-cp", ":".join(seen)]
    measure("kotlinc -script", 3, [*kotlinc, "-script", "plain.kts"], plain)
    kotlinc[-1] += ":" + glob.glob(dist + "/lib/compiler/kotlin-main-kts*.jar")[0]
    theirs = {**plain, "KOTLIN_MAIN_KTS_COMPILED_SCRIPTS_CACHE_DIR": os.path.abspath("theirs")}

    def no_theirs():
        shutil.rmtree("theirs", ignore_errors=True)
        os.mkdir("theirs")

    main_kts = [*kotlinc, "-script", "plain.main.kts"]
    measure(".main.kts, first", 3, main_kts, theirs, no_theirs)
    measure(".main.kts, unchanged", 3, main_kts, theirs)

    if shutil.which("jbang") is None:
        print("jbang is not installed")
        return
    theirs = {**plain, "JBANG_CACHE_DIR": os.path.abspath("jbang")}

    def no_jbang():
        shutil.rmtree("jbang", ignore_errors=True)

    jbang = ["jbang", "run", "Classic.java"]
    measure("jbang, first", 3, jbang, theirs, no_jbang)
    measure("jbang, unchanged", 5, jbang, theirs)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else os.environ["JAVA_HOME"])
