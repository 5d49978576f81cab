// Two greenlets. In the first version B is never switched to, so it never runs; in the second A
// switches to B, and B back.

import io.greenloop.greenlet.Greenlet

println("version one")
val a =
  Greenlet {
    println("in function A")
    "returned by A"
  }
Greenlet { println("in function B, which nobody sees") }

println("start running in main thread")
a.switchTo()
println("main thread resumes here")

class Two {
  val a: Greenlet =
    Greenlet {
      println("in function A")
      b.switchTo()
      println("in function A again")
    }
  val b: Greenlet =
    Greenlet {
      println("in function B")
      a.switchTo()
    }
}

println("version two")
val two = Two()
println("start running in main thread")
two.a.switchTo()
println("main thread resumes here")
two.b.close() // it waits for a switch that nobody will make
