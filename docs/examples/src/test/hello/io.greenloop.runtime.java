import io.greenloop.Aio;

class Hello {
  static void main() {
    String hello = Aio.run(() -> Aio.spawn(() -> "hello").join());
    IO.println(hello);
  }
}
