// The greenlet programs of the guide's page about porting.

import io.greenloop.greenlet.Greenlet
import io.greenloop.greenlet.GreenletExit

lateinit var gr2: Greenlet
val gr1 =
  Greenlet {
    println(12)
    gr2.switchTo()
    println(34)
  }
gr2 =
  Greenlet {
    println(56)
    gr1.switchTo()
    println(78)
  }
gr1.switchTo()
gr2.close() // it would wait for ever for a switch back

val adder =
  Greenlet { first ->
    var sum = 0
    var next = first[0] as Int?
    while (next != null) {
      sum += next
      next = Greenlet.current().parent!!.switchTo(sum) as Int?
    }
    "done"
  }
println(adder.switchTo(1))
println(adder.switchTo(2))
println(adder.switchTo(null as Any?))

val worker =
  Greenlet {
    try {
      Greenlet.current().parent!!.switchTo("ready")
    } catch (e: IllegalStateException) {
      "caught ${e.message}"
    }
  }
println(worker.switchTo())
println(worker.throwInto(IllegalStateException("stop")))

val idle = Greenlet { Greenlet.current().parent!!.switchTo() }
idle.switchTo()
println(idle.throwInto() is GreenletExit)
println(idle.isDead)
