// A body that makes two others and waits for both.

fun nested(): Int {
  println("Running")
  return 42
}

println("Creating")
val tasks = listOf(spawn { nested() }, spawn { nested() })
println("Waiting")
println(Aio.gather(tasks).join())
