// Shapes of programs built on greenlets; greenlet-shapes.py is the original.

import io.greenloop.greenlet.Greenlet
import io.greenloop.greenlet.GreenletExit
import io.greenloop.greenlet.Tuple
import io.greenloop.kotlin.GeneratorScope
import io.greenloop.kotlin.coroutine
import io.greenloop.kotlin.generator

val parent: Greenlet get() = Greenlet.current().parent!!

// 2: a generator that yields from a recursion
class Tree(
  val left: Tree?,
  val value: Int,
  val right: Tree?,
)

fun GeneratorScope<Int, *>.walk(tree: Tree?) {
  if (tree != null) {
    walk(tree.left)
    yield(tree.value)
    walk(tree.right)
  }
}

val tree = Tree(Tree(Tree(null, 1, null), 2, null), 3, Tree(Tree(null, 4, null), 5, null))
println("2 " + generator<Int> { walk(tree) }.asSequence().joinToString(" "))

// 3: a parser that is fed in pieces, written as a loop
val parser =
  coroutine<String, String?> {
    var data = ""
    while (true) {
      while (';' !in data) data += yield(null)
      val message = data.substringBefore(';')
      data = data.substringAfter(';') + yield(message)
    }
    null
  }
parser.send(null)
val found = mutableListOf<String>()
for (chunk in listOf("ab", "c;de", ";f;", "g")) {
  var message = parser.send(chunk)
  while (message != null) {
    found += message
    message = parser.send("")
  }
}
parser.close()
println("3 " + found.joinToString(" "))

// 6: round robin
val said = mutableListOf<String>()
val ready = ArrayDeque<Greenlet>()
for ((name, steps) in listOf("a" to 2, "b" to 3, "c" to 1)) {
  val g =
    Greenlet {
      repeat(steps) { step ->
        said += "$name$step"
        parent.switchTo()
      }
    }
  g.switchTo()
  ready += g
}
while (ready.isNotEmpty()) {
  val g = ready.removeFirst()
  g.switchTo()
  if (!g.isDead) ready += g
}
println("6 " + said.joinToString(" "))

// 9: the script of a figure, which gives commands to the engine
val figure =
  Greenlet {
    val engine = parent
    engine.switchTo("say", "hello")
    engine.switchTo("wait", 3)
    engine.switchTo("walk", 1, 2)
  }
var command = figure.switchTo()
while (!figure.isDead) {
  println("9 " + (command as Tuple).joinToString(" "))
  command = figure.switchTo()
}
println("9 end")

// 17: a pipeline of endless consumers
val seen = mutableListOf<Any>()

fun endless(
  name: String,
  action: (Int) -> Unit,
) = Greenlet { args ->
  var value = args[0] as Int
  try {
    while (true) {
      action(value)
      value = parent.switchTo() as Int
    }
  } catch (exit: GreenletExit) {
    seen += "$name closed"
  }
  null
}

val sink = endless("sink") { seen += it }
val doubler = endless("doubler") { sink.switchTo(it * 2) }
sink.parent = doubler
for (number in 1..3) doubler.switchTo(number)
sink.close()
doubler.close()
println("17 " + seen.joinToString(" "))

// 18: a search that goes back; each branch is a greenlet of its own, killed when it fails
val unwound = mutableListOf<Pair<Int, Int>>()

fun attempt(
  x: Int,
  y: Int,
) {
  try {
    parent.switchTo(x + y == 7 && x * y == 12)
  } finally {
    unwound += x to y
  }
}

fun solve(): Pair<Int, Int> {
  for (x in 1..4) {
    for (y in 1..4) {
      val branch = Greenlet { attempt(x, y) }
      if (branch.switchTo() as Boolean) {
        branch.switchTo()
        return x to y
      }
      branch.close()
    }
  }
  error("there is a solution")
}

val (x, y) = solve()
println("18 $x $y after ${unwound.size} branches")
