from gpt2lab.cli import main

main()
