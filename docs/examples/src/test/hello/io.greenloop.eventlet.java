import io.greenloop.Aio;
import io.greenloop.eventlet.Eventlet;

class Hello {
  static void main() {
    String hello = Aio.run(() -> Eventlet.spawn(() -> "hello").await());
    IO.println(hello);
  }
}
