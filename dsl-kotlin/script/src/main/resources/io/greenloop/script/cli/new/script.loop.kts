#!/usr/bin/env greenloop
// Greets everybody at the same time.
// usage: @NAME@ [WHO…]

val names = args.ifEmpty { listOf("world") }

// Suspend code, for many small waits.
val greetings =
  names.map { name ->
    spawn {
      sleep(100.milliseconds)
      "hello, $name"
    }
  }

// A script's own lines may wait and block as they like.
for (greeting in greetings) println(greeting.join())
