import io.greenloop.greenlet.Greenlet;

class Hello {
  static void main() {
    IO.println(new Greenlet(args -> args[0]).switchTo("hello"));
  }
}
