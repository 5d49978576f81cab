// A million tasks that sleep, each on a stack of its own; what they take:
// GREENLOOP_JAVA_OPTS=-Xmx1400m /usr/bin/time -v ./greenloop run docs/benchmarks/million.loop.kts

import java.time.Duration.ofSeconds

val tasks = List(1_000_000) { Aio.spawn { Aio.sleep(ofSeconds(30)) } }
Aio.sleep(ofSeconds(25))
System.gc()
val heap = Runtime.getRuntime().run { totalMemory() - freeMemory() } / 1024 / 1024
println("${Aio.allTasks().size - 1} tasks sleep, $heap MiB of heap")
for (task in tasks) task.join()
println("all have woken up")
