# command: changes the code that decides (otp) a little at a time and counts the changes that no test notices; fails when they are too many
maven -Dquick -Ppit -pl otp -am test-compile
