// Runs a command whenever files of a folder have changed; changes that come together are one.
// usage: file-watcher.loop.kts FOLDER COMMAND…

import io.greenloop.sync.Queue
import java.nio.file.Path
import java.nio.file.StandardWatchEventKinds.ENTRY_CREATE
import java.nio.file.StandardWatchEventKinds.ENTRY_DELETE
import java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY

if (args.size < 2) {
  System.err.println("usage: file-watcher.loop.kts FOLDER COMMAND…")
  exit(2)
}
val folder: Path = Path.of(args[0])
val command = args.drop(1).toTypedArray()
val changes = Queue<String>()

// The JDK's own way to be told, which blocks: here it parks a task.
green("watch") {
  folder.fileSystem.newWatchService().use { watcher ->
    folder.register(watcher, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE)
    println("watching $folder")
    do {
      val key = watcher.take()
      for (event in key.pollEvents()) changes.put("${event.context() ?: "many"}")
    } while (key.reset())
  }
  changes.close() // the folder is gone
}

for (first in changes) {
  val names = sortedSetOf(first)
  sleep(200.milliseconds) // an editor writes more than once
  while (true) names += changes.tryGet().orElse(null) ?: break
  println("changed: ${names.joinToString()}")
  val output = exec(*command)
  print(output.text() + output.errorText())
  if (output.exitCode() != 0) println("exit code ${output.exitCode()}")
}
