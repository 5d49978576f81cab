// Two tasks of one body, waited for together: One One Two Two.

suspend fun oneTwo() {
  println("One")
  delay(1.seconds)
  println("Two")
}

loop {
  spawn { oneTwo() }
  spawn { oneTwo() }
}
