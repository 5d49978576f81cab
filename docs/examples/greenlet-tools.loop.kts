// Tools around greenlets; greenlet-tools.py is the original.

import io.greenloop.ContextVar
import io.greenloop.TaskContext
import io.greenloop.greenlet.Greenlet
import io.greenloop.greenlet.GreenletLocal
import java.util.IdentityHashMap

val parent: Greenlet get() = Greenlet.current().parent!!

// 7: killing a worker
val victim =
  Greenlet {
    try {
      parent.switchTo()
    } finally {
      println("7 cleanup")
    }
  }
victim.switchTo()
victim.close()
println("7 dead: " + if (victim.isDead) "yes" else "no")

// 11: a value for each greenlet
val total = GreenletLocal.withInitial { 0 }

fun counter(
  name: String,
  step: Int,
) = Greenlet {
  repeat(2) {
    total.set(total.get() + step)
    parent.switchTo()
  }
  "$name=${total.get()}"
}

val (a, b) = listOf(counter("a", 1), counter("b", 10))
repeat(2) {
  a.switchTo()
  b.switchTo()
}
println("11 ${a.switchTo()} ${b.switchTo()}")

// 12: a subclass with a body and a result
class Job : Greenlet() {
  var result = 0

  override fun run(vararg args: Any?): Any? {
    parent!!.switchTo("started")
    result = args[0] as Int + args[1] as Int
    return null
  }
}

val job = Job()
print("12 ${job.switchTo(2, 3)} ")
job.switchTo()
println(job.result)

// 13: where does everybody wait?
fun inner(): Any? = parent.switchTo()

fun outer(): Any? = inner()

val waiting = List(2) { Greenlet { outer() } }
waiting.forEach { it.switchTo() }
for (g in Greenlet.suspended()) {
  val (here, caller) = g.stackTrace
  println("13 waits in ${here.methodName} called by ${caller.methodName}")
}
waiting.forEach { it.close() }

// 14: who runs longest without a switch?
var clock = 0
var last = 0
val longest = HashMap<String, Int>()
val names = IdentityHashMap<Greenlet, String>()

fun worker(
  name: String,
  vararg steps: Int,
) = Greenlet {
  names[Greenlet.current()] = name
  for (step in steps) {
    clock += step
    parent.switchTo()
  }
}
names[Greenlet.current()] = "main"
val quick = worker("quick", 1, 2)
val slow = worker("slow", 5, 90)
Greenlet.setTrace { _, origin, _ ->
  longest.merge(names.getValue(origin), clock - last) { p, q -> maxOf(p, q) }
  last = clock
}
for (g in listOf(quick, slow, quick, slow, quick, slow)) g.switchTo()
Greenlet.setTrace(null)
println("14 quick:${longest["quick"]} slow:${longest["slow"]}")

// 16: context variables are handed down by hand
val request = ContextVar.create("request", "none")
request.set("request 7")
val bare = Greenlet { request.get() }
val heir = Greenlet { request.get() }.withContext(TaskContext.current().copy())
println("16 bare: ${bare.switchTo()}, heir: ${heir.switchTo()}")
