// Names the files of a folder by their content, and tells which are the same. Processes compute the
// checksums, as many at a time as there are processors. Without "go" it shows what it would do.
// usage: batch-rename.loop.kts FOLDER [go]

import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.extension
import kotlin.io.path.isRegularFile
import kotlin.io.path.listDirectoryEntries

if (args.isEmpty()) {
  System.err.println("usage: batch-rename.loop.kts FOLDER [go]")
  exit(2)
}
val files =
  Path
    .of(args[0])
    .listDirectoryEntries()
    .filter { it.isRegularFile() }
    .sorted()

fun checksum(file: Path): String {
  val output = exec("sha256sum", "$file")
  check(output.exitCode() == 0) { output.errorText() }
  return output.text().removePrefix("\\").take(12) // a backslash: the name has one
}

fun rename(
  file: Path,
  checksum: String,
) {
  val target = file.resolveSibling("$checksum.${file.extension}".removeSuffix("."))
  if (target == file) return
  try {
    if (args.getOrNull(1) == "go") Files.move(file, target)
    println("${file.fileName} -> ${target.fileName}")
  } catch (_: FileAlreadyExistsException) {
    println("${file.fileName} has the content of ${target.fileName}")
  }
}

val processors = Runtime.getRuntime().availableProcessors()
val checksums = files.parallelMap(processors) { checksum(it) }
for ((file, checksum) in files.zip(checksums)) rename(file, checksum)
