import io.greenloop.RunOptions;
import io.greenloop.kotlin.BuildersKt;

class Hello {
  static void main() {
    String hello = BuildersKt.loop(RunOptions.DEFAULT, (scope, end) -> "hello");
    IO.println(hello);
  }
}
