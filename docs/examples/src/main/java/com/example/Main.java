package com.example;

import io.greenloop.Aio;

public class Main {
  public static void main(String[] args) {
    Aio.run(() -> System.out.println(Aio.spawn(() -> "hello").join() + " from a task"));
  }
}
