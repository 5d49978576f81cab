import io.greenloop.Aio;
import io.greenloop.testing.FullMode;

class Hello {
  static void main() {
    IO.println(Aio.run(() -> FullMode.class.getSimpleName().isEmpty() ? "" : "hello"));
  }
}
