// A recursive walk through a tree as a generator: each level delegates to the next.

import io.greenloop.coroutine.Generator

class Tree(
  val name: String,
  vararg val children: Tree,
)

fun walk(
  tree: Tree,
  depth: Int = 0,
): Generator<String, Void, Void> =
  Generator.yielding { g ->
    g.yieldValue("  ".repeat(depth) + tree.name)
    for (child in tree.children) {
      g.yieldFrom(walk(child, depth + 1))
    }
  }

val tree =
  Tree(
    "house",
    Tree("kitchen", Tree("stove"), Tree("table", Tree("drawer"))),
    Tree("cellar"),
  )

for (line in walk(tree)) {
  println(line)
}
