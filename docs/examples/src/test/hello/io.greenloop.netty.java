import io.greenloop.Aio;
import io.greenloop.netty.Netty;

class Hello {
  static void main() {
    IO.println(Aio.run(() -> Netty.await(Netty.current().eventLoop().submit(() -> "hello"))));
  }
}
