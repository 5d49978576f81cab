// Sleeps, returns, prints what was returned.

suspend fun hello(): String {
  delay(1.seconds)
  return "Hello World!"
}

println(loop { hello() })
