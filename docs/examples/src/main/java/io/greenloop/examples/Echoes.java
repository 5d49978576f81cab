package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.greenlet.Greenlet;
import org.jspecify.annotations.Nullable;

/**
 * A port of a greenlet program: a child that echoes what its parent sends, until it gets nothing.
 */
public final class Echoes {
  private Echoes() {}

  // def echo(word):                              # Python
  //     while word:
  //         word = greenlet.getcurrent().parent.switch("echo " + word)
  //     return "silence"
  private static @Nullable Object echo(@Nullable Object... args) {
    Object word = args[0];
    Greenlet parent = Greenlet.current().getParent();
    while (word != null && parent != null) {
      word = parent.switchTo("echo " + word);
    }
    return "silence";
  }

  static void run() {
    var child = new Greenlet(Echoes::echo);
    println(child.switchTo("hello"));
    println(child.switchTo("world"));
    println(child.switchTo((Object) null));
    println(child.isDead());
  }

  /** Runs it. */
  public static void main(String[] args) {
    run();
  }
}
