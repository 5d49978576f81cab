import io.greenloop.script.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

class Hello {
  static void main() {
    PrintStream out = System.out;
    var help = new ByteArrayOutputStream();
    System.setOut(new PrintStream(help));
    Main.main(new String[] {"run", "--help"});
    System.setOut(out);
    System.out.println(help.toString().startsWith("Usage: greenloop run ") ? "hello" : help);
  }
}
