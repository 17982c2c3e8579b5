// The official Go clients judge the emulator. What each line of the output means, and which variables
// tell where the emulator is, is in the README beside this folder.
package main

import (
	"fmt"
	"os"
)

func main() {
	suite := &suite{}
	at := surroundings()
	checkIdentity(suite, at)
	checkKeys(suite, at)
	checkCrypto(suite, at)
	checkSecrets(suite, at)
	checkVaults(suite, at)
	fmt.Printf("%d passed, %d failed\n", suite.passed, suite.failed)
	if suite.failed > 0 || suite.passed == 0 {
		os.Exit(1)
	}
}
