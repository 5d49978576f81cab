// Two speakers who take turns because each of them waits.

suspend fun speak(name: String) {
  for (i in 0..2) {
    println("$name says $i")
    delay(1.seconds)
  }
}

spawn { speak("Alice") }
spawn { speak("Bob") }
