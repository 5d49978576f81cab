// Says of each git repository below a folder what is not committed and not pushed, eight at a time.
// usage: git-status.loop.kts [FOLDER]

import java.nio.file.Path
import kotlin.io.path.exists
import kotlin.io.path.isDirectory
import kotlin.io.path.listDirectoryEntries

/** What git says about the repository in [folder]; throws what git complains of. */
fun git(
  folder: Path,
  vararg words: String,
): String {
  val output = exec("git", "-C", "$folder", *words)
  check(output.exitCode() == 0) { output.errorText().trim() }
  return output.text()
}

fun state(folder: Path): String =
  try {
    val lines = git(folder, "status", "--porcelain=v2", "--branch").lines()
    val branch = lines.first { it.startsWith("# branch.head") }.substringAfterLast(' ')
    val changed = lines.count { it.isNotEmpty() && it[0] != '#' }
    val ahead =
      lines.firstOrNull { it.startsWith("# branch.ab") }?.split(' ')?.get(2) ?: "no remote"
    "$branch, $changed changed, $ahead"
  } catch (failure: IllegalStateException) {
    "${failure.message}"
  }

val folder = Path.of(args.firstOrNull() ?: ".")
val repositories =
  folder.listDirectoryEntries().filter { it.isDirectory() && it.resolve(".git").exists() }.sorted()
for ((name, state) in repositories.parallelMap(8) { "${it.fileName}" to state(it) }) {
  println("$name: $state")
}
