// A child that fails, and two ways to keep that from failing the whole script.

import kotlinx.coroutines.async
import kotlinx.coroutines.supervisorScope

fun fetch(name: String): String = if (name == "b") error("no answer from $name") else "page $name"

loop {
  supervisorScope {
    val pages = listOf("a", "b", "c").map { async { fetch(it) } }
    for (page in pages) {
      println(runCatching { page.await() }.getOrElse { it.message })
    }
  }
}

val each =
  listOf("a", "b").map { name ->
    spawn { runCatching { fetch(name) } }
  }
println(each.map { it.join().isSuccess })

if ("fail" in args) {
  val child = spawn { fetch("b") }
  runCatching { child.join() }
  println("the script fails all the same")
}
