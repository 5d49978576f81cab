// Two greetings at once; a callback gets the results of both.

suspend fun greetWorld(): String {
  println("Hello World!")
  delay(2.seconds)
  println("Bye World!")
  return "Hello World"
}

suspend fun greet(name: String): String {
  println("Hello $name!")
  delay(1.seconds)
  println("Bye $name!")
  return name
}

val both = Aio.gather(spawn { greetWorld() }, spawn { greet("lfzyx") })
both.whenDone { println("Callback: ${it.getNow()}") }
both.join()
