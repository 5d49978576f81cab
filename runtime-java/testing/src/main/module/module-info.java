/** The test kit, for our own tests and for those of users. */
module io.greenloop.testing {
  requires transitive io.greenloop.runtime;
  requires transitive org.junit.jupiter.api;
  requires static kotlin.stdlib;
  requires static org.jspecify;

  exports io.greenloop.testing;
  exports io.greenloop.testing.network;

  provides org.junit.jupiter.api.extension.Extension with
      io.greenloop.testing.GreenloopExtension;
}
